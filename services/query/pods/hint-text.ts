// Pure: what a hint beside an empty answer says. docs/decisions/0022-filters-by-pod.md.
import type { Hint } from '#query/http/hint.ts'
import { formatTime } from '#shared/time/format-time.ts'
import type { NearValueRow } from './hint-statements.ts'

/** How a value is written that stands for several; undefined of a plain one. */
export function hintOfForm(parameter: string, value: string, routeOfLines: boolean): Hint | undefined {
  const text = shortened(value)
  if (value.includes(',')) {
    const apart = value
      .split(',')
      .slice(0, 3)
      .map((one) => `${parameter}=${shortened(one.trim())}`)
    return {
      parameter,
      message: `${parameter}=${text} is one value: give the parameter once for each, ${apart.join('&')}`,
    }
  }
  if (!value.includes('*')) return undefined
  const instead = routeOfLines
    ? `q=${parameter}:${text.replace(/\*.*/s, '')}* finds what begins so, q=${parameter}:/…/ what matches an expression`
    : 'owner= and label= select the pods of one workload'
  return {
    parameter,
    message: `${parameter}=${text}: ${parameter} has no wildcards, it takes whole values. ${instead}`,
  }
}

/** `near`: the known values that are the most like it, nearest first; all of them where they are fewer than `asked`. */
export function hintOfUnknown(
  { parameter, value, what }: { parameter: string; value: string; what: string },
  near: readonly NearValueRow[],
  asked: number,
): Hint | undefined {
  if (near.some(({ distance }) => distance === 0)) return undefined
  const like = near.filter((one) => isLike(one, value)).map((one) => JSON.stringify(one.value))
  const known = near.length < asked ? near.map((one) => JSON.stringify(one.value)) : []
  const rest =
    like.length > 0
      ? `. Did you mean ${like.join(' or ')}?`
      : known.length > 0
        ? `. Known: ${known.toSorted().join(', ')}`
        : ''
  return { parameter, message: `${what} ${JSON.stringify(shortened(value))}${rest}` }
}

/** A few letters differ, or one is part of the other. */
const isLike = (one: NearValueRow, value: string): boolean =>
  one.distance <= Math.max(1, Math.floor(value.length / 3)) ||
  (value.length >= 3 && one.value.toLowerCase().includes(value.toLowerCase()))

/** `first`, `last`: epoch ns of the first and the last line of what is asked for. */
export function hintOfTimes(
  { from, to }: { from?: bigint; to?: bigint },
  { first, last }: { first: bigint; last: bigint },
): Hint | undefined {
  if (from !== undefined && last < from)
    return { parameter: 'from', message: `the newest line of what is asked for is of ${formatTime(last)}, before from` }
  if (to !== undefined && first >= to)
    return {
      parameter: 'to',
      message: `the oldest line of what is asked for is of ${formatTime(first)}, not before to`,
    }
  return undefined
}

/** Each value is known, and none of its pods has the others. */
export const hintOfAll = (parameters: readonly string[]): Hint => ({
  parameter: parameters[0]!,
  message: `no pod has lines with all of these together: ${parameters.join(', ')}. Leave some out`,
})

const shortened = (value: string): string => (value.length > 80 ? `${value.slice(0, 80)}…` : value)
