// Pure: the errors among the last lines of a life, of which the first and the last are told: lines of severity error or
// fatal, and what reads like a panic or an exception, with the frames of its stack trace.
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

export interface FoundError {
  /** The index of its line. */
  at: number
  /** What makes it an error, in words. */
  because: string
  error: LastError
}

/** One and the same where there is only one. */
export interface FoundErrors {
  first: FoundError
  last: FoundError
}

/** Errors of so many minutes before the end of a life are told. */
export const errorMinutes = 5

/** What runtimes write to stderr when a program crashes, for lines without a severity. */
const panic = [
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
  /** The index of the line that has its head. */
  at: number
  because: string
}

/** A text of a line, and the one before it. */
interface Text {
  text: string
  /** The index of its line. */
  at: number
  /** Why it is an error by itself; '' where it is none. */
  because: string
  before: string
  beforeAt: number
}

/** `lines`: of one life, oldest first. */
export function errorsOf(lines: readonly SaidLine[]): FoundErrors | undefined {
  const traces: Trace[] = []
  let [before, beforeAt] = ['', 0]
  for (const [at, line] of lines.entries()) {
    for (const [i, text] of structuredTexts(line.message).entries()) {
      const because = i === 0 ? reasonOf(line, text) : ''
      const trace = traces.at(-1)
      const next = nextTrace(trace, { text, at, because, before, beforeAt })
      if (next !== undefined && next !== trace) traces.push(next)
      before = text
      beforeAt = at
    }
  }
  const last = traces.at(-1)
  if (last === undefined) return undefined
  // Words alone may also be those of a start: `exception handlers ready`.
  const first = traces.find(({ because, frames }) => because !== readsLikeOne || frames.length > 0) ?? traces[0]!
  return { first: foundIn(first), last: foundIn(last) }
}

function foundIn({ head, cause, frames, at, because }: Trace): FoundError {
  const message = [head, cause].filter((text) => text !== '').join('; caused by: ')
  const error = { message: message.trim().slice(0, messageMax).toWellFormed(), frames: frames.slice(0, framesMax) }
  return { at, because, error }
}

const readsLikeOne = 'it reads like a panic or an exception'

/** Why a line is an error by itself; '' where it is none. */
function reasonOf({ severity, stream }: SaidLine, text: string): string {
  if (isSevere(severity)) return `its severity is ${severity}`
  return (severity === '' || stream === 'stderr') && isPanic.test(text) ? readsLikeOne : ''
}

const traceOf = (
  head: string,
  { at, because }: Pick<Text, 'at' | 'because'>,
  form: Trace['form'] = 'lines',
): Trace => ({
  head,
  cause: '',
  frames: [],
  form,
  isOpen: true,
  at,
  because: because === '' ? 'a stack trace follows' : because,
})

/** `com.shop.LockedError: cart 17`, which may follow a line that says what failed. */
const exceptionLine = /^(?:Exception in thread "[^"]*" )?[\w$]+(?:\.[\w$]+)+(?:: .*)?$/
const causeLine = /^\s*(?:Caused by: |---> )(.*)$/

/** Changes the trace that the line belongs to, or returns the one that it begins. */
function nextTrace(trace: Trace | undefined, said: Text): Trace | undefined {
  const { text, because, before } = said
  if (/Traceback \(most recent call last\):\s*$/.test(text)) return traceOf('', said, 'python')
  if (/^(?:panic: |fatal error: )/.test(text)) return traceOf(text, said, 'go')
  const frame = frameOf(text)
  if (frame !== undefined) {
    const own = trace?.isOpen === true && (trace.head === before || !exceptionLine.test(before)) ? trace : undefined
    const found = own ?? (before === '' ? undefined : traceOf(before, { at: said.beforeAt, because: '' }))
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
  if (trace?.form === 'python' && trace.isOpen && isOfPython(trace, said)) return undefined
  if (/^\s+\S/.test(text) && because === '') return undefined
  if (because !== '') return traceOf(text, said)
  if (trace !== undefined && trace.frames.length > 0) trace.isOpen = false
  return undefined
}

function isOfPython(trace: Trace, { text, at }: Text): boolean {
  if (/^\s/.test(text) || text === '') return true
  trace.head = text
  trace.at = at
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
