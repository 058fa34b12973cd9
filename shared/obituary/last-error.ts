// Pure: the last error among the last lines of a life: the last line of severity error or fatal, or what reads like a
// panic or an exception, with the frames of its stack trace.
import { frameOf, goFrameOf } from './stack-frame.ts'
import { structuredTexts } from './structured-texts.ts'

export interface SaidLine {
  message: string
  severity: string
  stream: string
}

export interface LastError {
  /** As it was written, of a trace the exception; with what caused it, where the trace says so. */
  message: string
  /** What was called last comes first; without lines and numbers. */
  frames: string[]
}

/**
 * What runtimes write to stderr when a program crashes, for lines without a severity. JavaScript and RE2 both read it.
 */
export const panic = [
  String.raw`^panic:|^goroutine \d+ \[|exception\b|^traceback|segmentation fault|core dumped|unhandled`,
  String.raw`assertion.*failed|stack overflow|out of memory|^fatal\b|^\w*error:`,
].join('|')
const isPanic = new RegExp(`${panic}|panicked at`, 'is')
const isSevere = (severity: string): boolean => severity === 'error' || severity === 'fatal'

const framesMax = 5
const messageMax = 1000

interface Trace {
  head: string
  cause: string
  frames: string[]
  form: 'lines' | 'python' | 'go'
  /** Whether the next plain line still belongs to it. */
  isOpen: boolean
}

/** `lines`: of one life, oldest first. */
export function lastErrorOf(lines: readonly SaidLine[]): LastError | undefined {
  let trace: Trace | undefined
  let before = ''
  for (const line of lines) {
    for (const [i, text] of structuredTexts(line.message).entries()) {
      const next = nextTrace(trace, text, { isHead: i === 0 && isHead(line, text), before })
      trace = next ?? trace
      before = text
    }
  }
  if (trace === undefined) return undefined
  const message = [trace.head, trace.cause].filter((text) => text !== '').join('; caused by: ')
  return { message: message.trim().slice(0, messageMax).toWellFormed(), frames: trace.frames.slice(0, framesMax) }
}

function isHead({ severity, stream }: SaidLine, text: string): boolean {
  if (isSevere(severity)) return true
  return (severity === '' || stream === 'stderr') && isPanic.test(text)
}

const traceOf = (head: string, form: Trace['form'] = 'lines'): Trace => ({
  head,
  cause: '',
  frames: [],
  form,
  isOpen: true,
})

/** `com.shop.LockedError: cart 17`, which may follow a line that says what failed. */
const exceptionLine = /^(?:Exception in thread "[^"]*" )?[\w$]+(?:\.[\w$]+)+(?:: .*)?$/
const causeLine = /^\s*(?:Caused by: |---> )(.*)$/

/** Changes the trace that the line belongs to, or returns the one that it begins. */
function nextTrace(
  trace: Trace | undefined,
  text: string,
  { isHead: begins, before }: { isHead: boolean; before: string },
): Trace | undefined {
  if (/Traceback \(most recent call last\):\s*$/.test(text)) return traceOf('', 'python')
  if (/^(?:panic: |fatal error: )/.test(text)) return traceOf(text, 'go')
  const frame = frameOf(text)
  if (frame !== undefined) {
    const own = trace?.isOpen === true && (trace.head === before || !exceptionLine.test(before)) ? trace : undefined
    const found = own ?? (before === '' ? undefined : traceOf(before))
    if (found === undefined) return undefined
    if (found.form === 'python') found.frames.unshift(frame)
    else found.frames.push(frame)
    return found
  }
  const cause = causeLine.exec(text)?.[1]
  if (cause !== undefined && trace?.isOpen === true) {
    trace.cause = cause
    trace.frames = []
    return undefined
  }
  if (trace?.form === 'go' && trace.isOpen && isOfGo(trace, text)) return undefined
  if (trace?.form === 'go' && /^goroutine \d+ \[/.test(text)) return undefined
  if (trace?.form === 'python' && trace.isOpen && isOfPython(trace, text)) return undefined
  if (/^\s+\S/.test(text) && !begins) return undefined
  if (begins) return traceOf(text)
  if (trace !== undefined && trace.frames.length > 0) trace.isOpen = false
  return undefined
}

function isOfPython(trace: Trace, text: string): boolean {
  if (/^\s/.test(text) || text === '') return true
  trace.head = text
  trace.isOpen = false
  return true
}

function isOfGo(trace: Trace, text: string): boolean {
  if (text === '' || /^\t|^\[signal |^goroutine \d+ \[/.test(text)) {
    // Other goroutines only waited.
    if (trace.frames.length > 0 && !text.startsWith('\t')) trace.isOpen = false
    return true
  }
  const frame = goFrameOf(text)
  if (frame !== undefined) trace.frames.push(frame)
  return frame !== undefined || /^(?:runtime|panic\(|created by |exit status )/.test(text)
}
