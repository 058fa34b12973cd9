// A query that cannot be answered as it stands. The message is of the form that clients of Loki know: `parse error at
// line 1, col 5: …`. It is a 400 on every route.
import { AfterlogError } from '#shared/errors.ts'

export class LogqlError extends AfterlogError {
  /** From 1; a column counts characters. */
  readonly line: number
  readonly col: number
  /** Whether the query is LogQL, but Afterlog does not have this part of it. */
  readonly isUnsupported: boolean

  constructor(text: string, position: number, detail: string, { isUnsupported = false } = {}) {
    const before = text.slice(0, position)
    const lineStart = before.lastIndexOf('\n') + 1
    const line = before.split('\n').length
    const col = Array.from(before.slice(lineStart)).length + 1
    super('invalid-parameter', `parse error at line ${line}, col ${col}: ${detail}`, { parameter: 'query', position })
    this.name = 'LogqlError'
    this.line = line
    this.col = col
    this.isUnsupported = isUnsupported
  }
}
