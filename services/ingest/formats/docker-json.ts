// A line of docker's json-file driver: {"log":"text\n","stream":"stdout","time":"…"}. Docker cuts a line longer than
// 16 KiB into several, of which only the last ends in a newline. The others are fragments, like those with CRI's tag P.
import { JsonScanner, JsonSyntaxError, none, plainString } from './json-scanner.ts'
import { canonicalEscapes, unescapeJson } from './json-escape.ts'
import type { TimeReader } from './time-bytes.ts'

export interface DockerLine {
  stderr: boolean
  partial: boolean
  /** The text without its newline, JSON-escaped. */
  message: Buffer
}

/** Returns the line and leaves its time in `time`, or returns a sentence that says why it is not such a line. */
export function readDockerLine(line: Buffer, time: TimeReader): DockerLine | string {
  const json = new JsonScanner(line)
  let log: Buffer | undefined
  let stream = ''
  let timed = false
  try {
    json.expect(0x7b, '"{"')
    while (json.peek() !== 0x7d) {
      json.string()
      const key = unescapeJson(line, json.start, json.stop).toString()
      json.expect(0x3a, '":"')
      const kind = json.value()
      const { start, stop } = json
      const isText = kind > none && kind <= 3
      if (key === 'log' && isText) log = line.subarray(start, stop)
      else if (key === 'stream' && isText) stream = line.toString('latin1', start, stop)
      else if (key === 'time' && kind === plainString) timed = time.rfc3339(line, start, stop)
      if (json.peek() === 0x2c) json.pos++
      else if (json.peek() !== 0x7d) json.fail('"," or "}"')
    }
    json.pos++
    if (json.peek() !== -1) json.fail('the end')
  } catch (error) {
    if (error instanceof JsonSyntaxError) return `not a docker json-file line: ${error.message}`
    throw error
  }
  if (log === undefined) return 'not a docker json-file line: "log" must be a string'
  if (stream !== 'stdout' && stream !== 'stderr')
    return 'not a docker json-file line: "stream" must be stdout or stderr'
  if (!timed) return 'not a docker json-file line: "time" must be an RFC 3339 time'
  const whole = endsInNewline(log)
  return {
    stderr: stream === 'stderr',
    partial: !whole,
    message: canonicalEscapes(whole ? log.subarray(0, log.length - 2) : log),
  }
}

function endsInNewline(escaped: Buffer): boolean {
  if (escaped.length < 2 || escaped[escaped.length - 1] !== 0x6e) return false
  let backslashes = 0
  for (let i = escaped.length - 2; i >= 0 && escaped[i] === 0x5c; i--) backslashes++
  return backslashes % 2 === 1
}
