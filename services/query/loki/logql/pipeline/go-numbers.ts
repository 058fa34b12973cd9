// 1.5  0x1p-2  +Inf  1_000  1h15m30.918s
// Numbers and durations as the values of labels have them: what the language of Go reads.
import { durationNs } from '#shared/time/duration-ns.ts'

export type Parsed = { value: number; error?: undefined } | { value?: undefined; error: string }

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const special = /^([+-]?)(?:(inf(?:inity)?)|(nan))$/i
const hex = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)$/

export function goFloat(text: string): Parsed {
  if (decimal.test(text)) {
    const value = Number(text)
    return Number.isFinite(value)
      ? { value }
      : { error: `strconv.ParseFloat: parsing ${JSON.stringify(text)}: value out of range` }
  }
  const [, sign, inf] = special.exec(text) ?? []
  if (sign !== undefined) return { value: inf === undefined ? Number.NaN : sign === '-' ? -Infinity : Infinity }
  const [, minus, whole, part, power] = hex.exec(text) ?? []
  if (whole !== undefined && (whole !== '' || part !== '')) {
    const digits = Number.parseInt(`${whole}${part}` || '0', 16)
    const value = digits * 2 ** (Number(power) - 4 * part!.length)
    return { value: minus === '-' ? -value : value }
  }
  return { error: `strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax` }
}

/** ns; days and longer are no units here. */
export function goDurationNs(text: string): Parsed {
  const value = /[dwy]/.test(text) ? undefined : durationNs(text)
  return value === undefined ? { error: `time: invalid duration ${JSON.stringify(text)}` } : { value }
}
