// printf "%-10s %5d %05.2f %q %v %x %t %%"
// What of fmt.Sprintf templates use: https://pkg.go.dev/fmt
import { textMax } from './template-functions.ts'
import { printedFloat, TemplateError, typeName, type Value } from './template-value.ts'

const verb = /%([-+# 0]*)(\d+|\*)?(?:\.(\d+))?([a-zA-Z%])/g

export function printf(format: string, values: readonly Value[], text: (value: Value) => string): string {
  let next = 0
  const take = (): Value => values[next++]
  const result = format.replaceAll(
    verb,
    (_, flags: string, width: string | undefined, precision: string | undefined, kind: string) => {
      if (kind === '%') return '%'
      const size = width === '*' ? Number(take()) : Number(width ?? 0)
      if (size > 10_000 || Number(precision ?? 0) > 1000) throw new TemplateError('printf: the width is too large')
      if (next >= values.length) return `%!${kind}(MISSING)`
      const value = take()
      const body = formatted(kind, flags, precision === undefined ? undefined : Number(precision), value, text)
      const pad = size - Array.from(body).length
      if (pad <= 0) return body
      if (flags.includes('-')) return body + ' '.repeat(pad)
      const isNumber = typeof value === 'number' || typeof value === 'bigint'
      if (!flags.includes('0') || !isNumber) return ' '.repeat(pad) + body
      const sign = /^[+-]/.exec(body)?.[0] ?? ''
      return sign + '0'.repeat(pad) + body.slice(sign.length)
    },
  )
  const extra = values.slice(next)
  const end =
    extra.length === 0 ? '' : `%!(EXTRA ${extra.map((value) => `${typeName(value)}=${text(value)}`).join(', ')})`
  if (result.length > textMax) throw new TemplateError('printf makes too long a text')
  return result + end
}

function formatted(
  kind: string,
  flags: string,
  precision: number | undefined,
  value: Value,
  text: (value: Value) => string,
): string {
  const plus = flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''
  const signed = (body: string): string => (body.startsWith('-') ? body : plus + body)
  const wrong = (): string => `%!${kind}(${typeName(value)}=${text(value)})`
  switch (kind) {
    case 'v':
      return text(value)
    case 's':
      return typeof value === 'string' ? cut(value, precision) : typeof value === 'object' ? text(value) : wrong()
    case 'q':
      return typeof value === 'string' ? JSON.stringify(value) : wrong()
    case 'd':
      return typeof value === 'bigint' ? signed(String(value)) : wrong()
    case 't':
      return typeof value === 'boolean' ? String(value) : wrong()
    case 'x':
    case 'X': {
      const hex =
        typeof value === 'bigint'
          ? value.toString(16)
          : typeof value === 'string'
            ? Buffer.from(value).toString('hex')
            : undefined
      return hex === undefined ? wrong() : kind === 'X' ? hex.toUpperCase() : hex
    }
    case 'o':
    case 'b':
      return typeof value === 'bigint' ? value.toString(kind === 'o' ? 8 : 2) : wrong()
    case 'c':
      return typeof value === 'bigint' ? String.fromCodePoint(Number(value)) : wrong()
    case 'f':
    case 'F':
      return typeof value === 'number' ? signed(fixed(value, precision ?? 6)) : wrong()
    case 'e':
      return typeof value === 'number' ? signed(exponential(value, precision ?? 6)) : wrong()
    case 'g':
      return typeof value === 'number'
        ? signed(precision === undefined ? printedFloat(value) : String(Number(value.toPrecision(precision || 1))))
        : wrong()
    case 'T':
      return typeName(value)
    default:
      return wrong()
  }
}

const cut = (value: string, precision: number | undefined): string =>
  precision === undefined ? value : Array.from(value).slice(0, precision).join('')

/** A value half-way between two is rounded to the even one. */
function fixed(value: number, wanted: number): string {
  if (!Number.isFinite(value) || Math.abs(value) >= 1e21) return printedFloat(value)
  const digits = Math.min(wanted, 50)
  const up = value.toFixed(digits)
  const rest = value.toFixed(digits + 50).slice(-50)
  if (!/^50*$/.test(rest) || Number(up.at(-1)) % 2 === 0) return up
  const step = 10 ** -digits
  return (value < 0 ? Number(up) + step : Number(up) - step).toFixed(digits)
}

function exponential(value: number, digits: number): string {
  if (!Number.isFinite(value)) return printedFloat(value)
  const [head, power] = value.toExponential(Math.min(digits, 100)).split('e')
  return `${head}e${power!.startsWith('-') ? '-' : '+'}${power!.slice(1).padStart(2, '0')}`
}
