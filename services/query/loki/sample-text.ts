// Pure: numbers of samples as Loki writes them: decimal, never with an exponent, with as few digits as tell the number
// from its neighbours. Times of samples are epoch seconds, to the ms.

export function sampleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (Object.is(value, -0)) return '-0'
  const text = String(value)
  const [, sign = '', whole = '', decimals = '', exponent] = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text) ?? []
  if (exponent === undefined) return text
  const shift = Number(exponent)
  const digits = whole + decimals
  if (shift < 0) return `${sign}0.${'0'.repeat(-shift - 1)}${digits}`
  return sign + digits.padEnd(shift + 1, '0')
}

/** The ms of epoch ns, in seconds: samples have times of Prometheus, which are cut to the ms. */
export const sampleTime = (ns: bigint): number => Number(ns / 1_000_000n) / 1000
