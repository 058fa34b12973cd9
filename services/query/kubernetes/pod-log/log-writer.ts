// Writes lines as the kubelet does for kubectl logs, byte for byte: k8s.io/cri-client pkg/logs/logs.go, logWriter. A
// line whose end never came has no newline, and the line behind it has no timestamp.
import type { Line } from '#shared/lines/row-decoder.ts'
import { formatTime } from '#shared/time/format-time.ts'

export interface LogWriterOptions {
  timestamps: boolean
  /** Epoch ns; earlier lines are left out. */
  since: bigint | undefined
  bytesMax: number | undefined
}

export interface LogWriter {
  write(lines: readonly Line[]): Buffer
  /** Whether `bytesMax` bytes are written. */
  readonly full: boolean
}

const newline = Buffer.from('\n')

export function createLogWriter({ timestamps, since, bytesMax }: LogWriterOptions): LogWriter {
  let bytesLeft = bytesMax ?? Number.POSITIVE_INFINITY
  let atLineStart = true
  return {
    write(lines) {
      const parts: Buffer[] = []
      for (const { ts, message, partial } of lines) {
        if (since !== undefined && ts < since) continue
        if (timestamps && atLineStart) parts.push(Buffer.from(`${formatTime(ts)} `))
        parts.push(message)
        if (!partial) parts.push(newline)
        atLineStart = !partial
      }
      const bytes = Buffer.concat(parts)
      const written = bytes.length > bytesLeft ? bytes.subarray(0, bytesLeft) : bytes
      bytesLeft -= written.length
      return written
    },
    get full() {
      return bytesLeft <= 0
    },
  }
}
