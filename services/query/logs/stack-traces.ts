// Pure: which lines go on with the line before them, as those of a stack trace do. It groups lines for the reader; what
// is stored stays a line each. It knows the traces of the JVM, .NET, JavaScript and Ruby, whose lines are indented, and
// those of Python and Go, whose last or next lines are not.
import type { Order } from '#shared/lines/line-order.ts'
import type { Line } from '#shared/lines/row-decoder.ts'

/** A trace is written at once: of lines that are further apart in time, none goes on with the other. */
const apartNsMax = 1_000_000_000n

type State = 'plain' | 'python' | 'go'

/** Behind an indented line, or not. */
const jvm = /^(?:Caused by: |Suppressed: |\.{3} \d+ (?:more|common frames omitted)$|---> |--- End of )/
const pythonBegin = /Traceback \(most recent call last\):\s*$/
const pythonBetween = /^(?:During handling of the above exception|The above exception was the direct cause)/
const goBegin = /^(?:panic: |fatal error: |goroutine \d+ \[)/
/** `main.main()`, `created by net/http.(*Server).Serve`, `goroutine 7 [select]:`, `[signal SIGSEGV: …]`. */
const goFrame = /^(?:goroutine \d+ \[|created by |\[signal |exit status \d|[\w./*()[\]{}·-]+\(.*\)$)/

/** The trace that a line is in, of which each stream of a container has its own. */
class Stream {
  private state: State = 'plain'
  private lastTs = -apartNsMax - 1n

  /** Whether the line goes on with the line of this stream before it. */
  continues(text: string, ts: bigint): boolean {
    const isApart = ts - this.lastTs > apartNsMax
    this.lastTs = ts
    if (isApart) this.state = 'plain'
    const isPart = !isApart && this.isPart(text)
    if (!isPart) this.state = pythonBegin.test(text) ? 'python' : goBegin.test(text) ? 'go' : 'plain'
    return isPart
  }

  private isPart(text: string): boolean {
    if (/^\s+\S/.test(text) || jvm.test(text)) return true
    if (this.state === 'go') return text === '' || goFrame.test(text)
    if (this.state !== 'python') return false
    if (text === '' || pythonBetween.test(text) || pythonBegin.test(text)) return true
    // The exception itself, which ends the trace unless another one follows.
    return /^[\w.]+(?:: |$)/.test(text)
  }
}

/** Of each line, whether it goes on with the line before it of its container and stream. */
export function stackTraces(lines: readonly Line[], order: Order): boolean[] {
  const streams = new Map<string, Stream>()
  const continues = lines.map(() => false)
  for (let i = 0; i < lines.length; i++) {
    const at = order === 'asc' ? i : lines.length - 1 - i
    const { cluster, node, namespace, podUid, pod, container, unit, stream, message, ts, gap } = lines[at]!
    if (gap !== undefined) continue
    const key = [cluster, node, namespace, podUid, pod, container, unit, stream].join('\0')
    let traces = streams.get(key)
    if (traces === undefined) streams.set(key, (traces = new Stream()))
    continues[at] = traces.continues(message.toString('utf8', 0, textBytesMax), ts)
  }
  return continues
}

/** Bytes of a line that are looked at. */
const textBytesMax = 1000
