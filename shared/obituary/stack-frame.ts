// Pure: frames of stack traces, as the JVM, .NET, JavaScript, Python, Ruby and PHP write them: what is called, without
// lines, columns, addresses and numbers, so that a frame reads the same in the next build.

/** What the line of a frame calls; undefined of any other line. */
export function frameOf(line: string): string | undefined {
  for (const { form, name } of frames) {
    const match = form.exec(line)
    if (match !== null) return unnumbered(name(match[1] ?? '', match[2] ?? ''))
  }
  return undefined
}

/** A call in a trace of Go: the line above the one with file and line. */
export function goFrameOf(line: string): string | undefined {
  const called = /^([\w./*·\-[\]{}()]+?)\((?:[^()]|\([^()]*\))*\)$/.exec(line)?.[1]
  return called === undefined || /^(?:runtime[./]|panic$|created by)/.test(called) ? undefined : unnumbered(called)
}

const fileOf = (path: string): string => path.split(/[/\\]/).at(-1) ?? path

interface FrameForm {
  form: RegExp
  name: (first: string, second: string) => string
}
const frames: readonly FrameForm[] = [
  // .NET: `   at Shop.Cart.Lock(String id) in /src/Cart.cs:line 12`
  { form: /^\s+at ([^\s(]+)\([^()]*\)(?: in .+:line \d+)?$/, name: jvmName },
  // The JVM: `	at app//com.shop.Cart.lock(Cart.java:12) ~[shop.jar:1.2]`
  { form: /^\s+at ([^\s(]+)\([^()]*\)/, name: jvmName },
  // JavaScript: `    at async Cart.lock (/app/cart.js:1:2)`, `    at /app/cart.js:1:2`
  { form: /^\s+at (?:async )?(.+?) \((.+?)(?::\d+){1,2}\)$/, name: (called, file) => `${called} (${fileOf(file)})` },
  { form: /^\s+at (?:async )?(\S+?)(?::\d+){1,2}$/, name: (file) => fileOf(file) },
  // Python: `  File "/app/cart.py", line 12, in lock`
  { form: /^\s+File "([^"]*)", line \d+(?:, in (.+))?$/, name: (file, called) => `${called} (${fileOf(file)})` },
  // Ruby: `	from /app/cart.rb:12:in 'lock'`
  { form: /^\s+from (.+?):\d+:in [`']([^']+)'/, name: (file, called) => `${called} (${fileOf(file)})` },
  // PHP: `#0 /app/cart.php(12): Cart->lock('8812')`
  { form: /^#\d+ (.+?)\(\d+\): ([^(]+)\(/, name: (file, called) => `${called} (${fileOf(file)})` },
]

/** Without the class loader and the module. */
function jvmName(called: string): string {
  return called.split('/').at(-1) ?? called
}

const unnumbered = (text: string): string => text.replaceAll(/0x[0-9a-f]+|\d+/gi, '<_>').slice(0, 200)
