// 0.1 + 0.2 is 0.3
// Sums, products and quotients of decimals: exact in all their digits, a quotient to 16 behind the point.

interface Decimal {
  digits: bigint
  /** Of the digits, how many stand behind the point. */
  places: number
}

const quotientPlaces = 16

function decimalOf(value: number): Decimal {
  const [, sign, whole, part = '', power = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? []
  const digits = BigInt(`${sign}${whole}${part}`)
  const places = part.length - Number(power)
  return places >= 0 ? { digits, places } : { digits: digits * 10n ** BigInt(-places), places: 0 }
}

function numberOf({ digits, places }: Decimal): number {
  return Number(`${digits}e-${places}`)
}

function aligned(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const places = Math.max(a.places, b.places)
  return [a.digits * 10n ** BigInt(places - a.places), b.digits * 10n ** BigInt(places - b.places), places]
}

const exact =
  (combine: (a: Decimal, b: Decimal) => Decimal, inexact: (a: number, b: number) => number) =>
  (a: number, b: number): number =>
    Number.isFinite(a) && Number.isFinite(b) ? numberOf(combine(decimalOf(a), decimalOf(b))) : inexact(a, b)

export const decimalSum = exact(
  (a, b) => {
    const [x, y, places] = aligned(a, b)
    return { digits: x + y, places }
  },
  (a, b) => a + b,
)

export const decimalDifference = (a: number, b: number): number => decimalSum(a, -b)

export const decimalProduct = exact(
  (a, b) => ({ digits: a.digits * b.digits, places: a.places + b.places }),
  (a, b) => a * b,
)

/** `b` is not 0. */
export const decimalQuotient = exact(
  (a, b) => {
    const [x, y] = aligned(a, b)
    const scaled = x * 10n ** BigInt(quotientPlaces)
    const [digits, rest] = [scaled / y, scaled % y]
    const isHalf = abs(rest) * 2n >= abs(y)
    return { digits: isHalf ? digits + (x < 0n === y < 0n ? 1n : -1n) : digits, places: quotientPlaces }
  },
  (a, b) => a / b,
)

const abs = (value: bigint): bigint => (value < 0n ? -value : value)
