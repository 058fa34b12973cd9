// The last error of a life and the fingerprint of it: traces as runtimes write them, told apart by what failed and where,
// and the same over builds, pods and restarts.
import { describe, expect, test } from 'vitest'
import { fingerprintOf } from '#shared/obituary/fingerprint.ts'
import { errorsOf, type LastError, type SaidLine } from '#shared/obituary/last-error.ts'

const said = (text: string, severity = ''): SaidLine[] =>
  text.split('\n').map((message) => ({ message, severity, stream: 'stderr' }))

const lastErrorOf = (lines: readonly SaidLine[]): LastError | undefined => errorsOf(lines)?.last.error

/** Two runs of one fault, and one of another. */
const runtimes: Readonly<Record<string, { one: string; again: string; other: string; message: string; frames: string[] }>> = {
  java: {
    one: `2026-11-23 10:00:01,123 INFO ready
Exception in thread "main" java.lang.IllegalStateException: cart 8812 is locked
\tat com.shop.cart.CartService.lock(CartService.java:112)
\tat app//com.shop.cart.CartService.lambda$run$3(CartService.java:40) ~[cart-1.2.jar:1.2]
\tat java.base/java.lang.Thread.run(Thread.java:829)
Caused by: java.sql.SQLException: connection 0x7f12 refused
\tat org.postgresql.Driver.connect(Driver.java:280)
\t... 12 more`,
    again: `Exception in thread "main" java.lang.IllegalStateException: cart 7 is locked
\tat com.shop.cart.CartService.lock(CartService.java:118)
\tat java.base/java.lang.Thread.run(Thread.java:831)
Caused by: java.sql.SQLException: connection 0xffff refused
\tat org.postgresql.Driver.connect(Driver.java:299)
\t... 9 more`,
    other: `Exception in thread "main" java.lang.IllegalStateException: cart 7 is locked
\tat com.shop.cart.CartService.lock(CartService.java:118)
Caused by: java.net.SocketTimeoutException: Read timed out
\tat java.base/java.net.Socket.read(Socket.java:3)`,
    message:
      'Exception in thread "main" java.lang.IllegalStateException: cart 8812 is locked; caused by: java.sql.SQLException: connection 0x7f12 refused',
    frames: ['org.postgresql.Driver.connect'],
  },
  python: {
    one: `starting
Traceback (most recent call last):
  File "/app/main.py", line 12, in <module>
    run()
  File "/app/cart.py", line 99, in lock
    raise ValueError(f"cart {n} is locked")
ValueError: cart 8812 is locked`,
    again: `Traceback (most recent call last):
  File "/srv/v2/main.py", line 14, in <module>
    run()
  File "/srv/v2/cart.py", line 101, in lock
    raise ValueError(f"cart {number} is locked")
ValueError: cart 1 is locked`,
    other: `Traceback (most recent call last):
  File "/app/main.py", line 12, in <module>
    run()
KeyError: 'cart'`,
    message: 'ValueError: cart 8812 is locked',
    frames: ['lock (cart.py)', '<module> (main.py)'],
  },
  go: {
    one: `listening on :8080
panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
main.(*Cart).Lock(0xc000012345, {0x1, 0x2})
\t/app/cart.go:12 +0x1d
main.main()
\t/app/main.go:40 +0x85
exit status 2`,
    again: `panic: runtime error: index out of range [17] with length 4

goroutine 34 [running]:
main.(*Cart).Lock(0xc0000ffff0, {0x9, 0x2})
\t/build/cart.go:14 +0x2d
main.main()
\t/build/main.go:41 +0x99

goroutine 7 [select]:
net/http.(*Server).Serve(0xc0)
\t/go/net/http/server.go:1 +0x1`,
    other: `panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
main.(*Order).Pay(0xc000012345)
\t/app/order.go:12 +0x1d
main.main()
\t/app/main.go:40 +0x85`,
    message: 'panic: runtime error: index out of range [5] with length 3',
    frames: ['main.(*Cart).Lock', 'main.main'],
  },
  node: {
    one: `/app/cart.js:12
    throw new Error(\`cart \${id} is locked\`)
    ^

Error: cart 8812 is locked
    at Cart.lock (/app/cart.js:12:11)
    at async /app/main.js:3:1
    at node:internal/process/task_queues:95:5

Node.js v24.1.0`,
    again: `Error: cart 3 is locked
    at Cart.lock (file:///srv/cart.js:14:9)
    at async /srv/main.js:9:1
    at node:internal/process/task_queues:105:5

Node.js v24.9.0`,
    other: `TypeError: Cannot read properties of undefined (reading 'id')
    at Cart.lock (/app/cart.js:12:11)
    at async /app/main.js:3:1`,
    message: 'Error: cart 8812 is locked',
    frames: ['Cart.lock (cart.js)', 'main.js', 'task_queues'],
  },
  dotnet: {
    one: `Unhandled exception. System.InvalidOperationException: cart 8812 is locked
   at Shop.Cart.Lock(String id) in /src/Cart.cs:line 12
   at Shop.Program.Main(String[] args) in /src/Program.cs:line 3`,
    again: `Unhandled exception. System.InvalidOperationException: cart 1 is locked
   at Shop.Cart.Lock(String id) in /build/Cart.cs:line 14
   at Shop.Program.Main(String[] args) in /build/Program.cs:line 4`,
    other: `Unhandled exception. System.IO.IOException: No space left on device
   at Shop.Cart.Lock(String id) in /src/Cart.cs:line 12`,
    message: 'Unhandled exception. System.InvalidOperationException: cart 8812 is locked',
    frames: ['Shop.Cart.Lock', 'Shop.Program.Main'],
  },
}

const end = { outcome: 'crashed', reason: 'Error', exitCode: 1 }
const fingerprint = (text: string, names: readonly string[] = []) =>
  fingerprintOf(end, lastErrorOf(said(text)), names).fingerprint

describe.each(Object.entries(runtimes))('a trace of %s', (_, { one, again, other, message, frames }) => {
  test('is the last error with its frames', () => {
    const error = lastErrorOf(said(one))
    expect(error?.message).toBe(message)
    expect(error?.frames).toEqual(frames)
  })
  test('has one fingerprint in the next build, and another one for another fault', () => {
    expect(fingerprint(again)).toBe(fingerprint(one))
    expect(fingerprint(other)).not.toBe(fingerprint(one))
  })
})

describe('the last error', () => {
  test('is the last line of severity error or fatal where there is no trace', () => {
    const lines = [...said('first', 'error'), ...said('between', 'info'), ...said('second', 'fatal'), ...said('bye', 'info')]
    expect(lastErrorOf(lines)).toEqual({ message: 'second', frames: [] })
    expect(lastErrorOf(said('all is well', 'info'))).toBeUndefined()
    expect(lastErrorOf(said('no exception was thrown', 'info').map((line) => ({ ...line, stream: 'stdout' })))).toBeUndefined()
    expect(lastErrorOf([])).toBeUndefined()
  })
  test('is read from JSON and logfmt, with the stack that they carry', () => {
    const stack = 'java.lang.Error: boom\n\tat com.shop.Cart.lock(Cart.java:1)'
    const json = JSON.stringify({ level: 'error', msg: 'request failed', error: { message: 'boom', stack } })
    expect(lastErrorOf(said(json, 'error'))).toEqual({ message: 'java.lang.Error: boom', frames: ['com.shop.Cart.lock'] })
    const plain = JSON.stringify({ level: 'error', msg: 'request failed', err: 'refused' })
    expect(lastErrorOf(said(plain, 'error'))?.message).toBe('request failed: refused')
    const logfmt = 'level=error msg="request failed" err="dial tcp 10.0.0.1:80: refused"'
    expect(lastErrorOf(said(logfmt, 'error'))?.message).toBe('request failed: dial tcp 10.0.0.1:80: refused')
  })
})

describe('a fingerprint', () => {
  test('does not change with times, ids, addresses and the names of the pod', () => {
    const at = (time: string, pod: string, id: string) =>
      fingerprintOf(end, { message: `${time} ERROR [pool-${id}] ${pod} lost ${id}.0.0.1:80 "${id}"`, frames: [] }, [pod])
    const one = at('2026-11-23 10:00:00,001', 'cart-abcd-efgh', '7')
    expect(at('2027-01-02 23:00:00,999', 'web-wxyz-zzzz', '12')).toEqual(one)
    expect(one.title).toBe('Error (1): ERROR [<_>] <_> lost <_> <_>')
  })
  test('differs by outcome, reason and exit code', () => {
    const error = { message: 'boom', frames: [] }
    const all = [end, { ...end, exitCode: 2 }, { ...end, reason: 'OOMKilled' }, { ...end, outcome: 'evicted' }]
    expect(new Set(all.map((one) => fingerprintOf(one, error, []).fingerprint)).size).toBe(4)
    expect(fingerprintOf({ ...end, reason: '', exitCode: null }, undefined, []).title).toBe('crashed')
  })
  test('takes linear time of hostile text', () => {
    const texts = [
      'a-'.repeat(500),
      '1:'.repeat(500),
      '"\\'.repeat(500),
      `${'<_>|'.repeat(250)}x`,
      ' '.repeat(1000),
      `\tat ${'('.repeat(60_000)}`,
    ]
    const began = performance.now()
    for (const text of texts) fingerprint(`panic: ${text}\n${text}\n\tat ${text}`)
    expect(performance.now() - began).toBeLessThan(2000)
  })
})
