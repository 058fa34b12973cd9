// A line as the store gives it to what shows it.
import type { Line } from '#shared/lines/row-decoder.ts'

export const shownLine = (text: string, ms = 0, more: Partial<Line> = {}): Line =>
  ({
    ts: BigInt(ms) * 1_000_000n,
    pod: 'p',
    podUid: 'u',
    container: 'app',
    unit: '',
    stream: 'stderr',
    message: Buffer.from(text),
    labels: {},
    attributes: {},
    ...more,
  }) as Line
