import { expect, test } from 'vitest'
import { pageJson } from '#query/logs/page-json.ts'
import type { Line } from '#shared/lines/row-decoder.ts'
import { shownLine as line } from '#test/support/shown-line.ts'

/** Each text with `> ` in front where it goes on. */
const marked = async (lines: readonly Line[], order: 'asc' | 'desc' = 'asc'): Promise<string[]> =>
  (await pageJson(lines, { order, traces: true })).map(({ message, continues }) =>
    continues === true ? `> ${message}` : message,
  )

const traces: Record<string, string> = {
  java: `2026-11-30 ERROR o.a.c.C - failed
> java.lang.IllegalStateException: pool exhausted
>   at com.example.Pool.get(Pool.java:41)
> Caused by: java.net.SocketTimeoutException: read
>   at java.base/java.net.Socket.read(Socket.java:8)
> ... 3 more
2026-11-30 INFO next`,
  python: `ERROR:root:failed
Traceback (most recent call last):
>   File "a.py", line 3, in <module>
>     f()
> ValueError: no
> 
> During handling of the above exception, another exception occurred:
> 
> Traceback (most recent call last):
>   File "b.py", line 9, in g
> shop.errors.Closed: gone
INFO:root:next`,
  go: `panic: runtime error: index out of range [5] with length 3
> 
> goroutine 1 [running]:
> main.(*Server).serve(0xc000012345, {0x1, 0x2})
> \t/src/main.go:12 +0x1d
> created by net/http.(*Server).Serve in goroutine 7
> \t/go/server.go:3086 +0x5cb
> exit status 2
level=info msg=next`,
  node: `TypeError: x is not a function
>     at Object.<anonymous> (/app/a.js:1:7)
>     at node:internal/main/run_main_module:28:49
GET / 200`,
  dotnet: `Unhandled exception. System.Exception: outer
>  ---> System.IO.IOException: inner
>    at Shop.Orders.Read() in /src/Orders.cs:line 4
>    --- End of inner exception stack trace ---
>    at Program.Main()
next`,
}

test.each(Object.entries(traces))('a trace of %s is one group, in either order', async (name, text) => {
  // The exception's own line of the JVM begins no line with a blank: it stands behind the message of the logger.
  const expected = text.split('\n').map((each) => (name === 'java' && each.includes('IllegalState') ? each.slice(2) : each))
  const lines = expected.map((each) => line(each.replace(/^> /, '')))
  expect(await marked(lines)).toEqual(expected)
  expect(await marked(lines.toReversed(), 'desc')).toEqual(expected.toReversed())
})

test('lines of other containers and streams stand between, and have their own', async () => {
  const lines = [
    line('Error: x'),
    line('GET /', 0, { stream: 'stdout' }),
    line('  at a', 0),
    line('  at b', 0, { container: 'other' }),
  ]
  expect(await marked(lines)).toEqual(['Error: x', 'GET /', '>   at a', '  at b'])
})

test('what comes a second later or more goes on with nothing', async () => {
  expect(await marked([line('Error: x'), line('  at a', 900), line('  indented', 2000)])).toEqual([
    'Error: x',
    '>   at a',
    '  indented',
  ])
})

test('words that a trace could have are no trace by themselves', async () => {
  const plain = ['main.go: started', 'created by nobody', 'shop.errors.Closed: gone', '', 'run(fast)']
  expect(await marked(plain.map((each) => line(each)))).toEqual(plain)
})

test('lines of another node, cluster or namespace go on with nothing', async () => {
  const unit = { pod: '', podUid: '', container: '', unit: 'kubelet.service', cluster: 'a', node: 'n1', namespace: '' }
  const others = [{ node: 'n2' }, { cluster: 'b' }, { namespace: 'x' }].map((other) => line('  at', 0, { ...unit, ...other }))
  expect(await marked([line('E', 0, unit), ...others, line('  at', 0, unit)])).toEqual(['E', '  at', '  at', '  at', '>   at'])
})
