// Times as answers write them: RFC 3339 UTC with exactly nine digits.

let lastSecond = -1n
let lastText = ''

/** `2026-11-23T10:00:00.123456789Z` of epoch ns. Neighbouring lines share their second, so its text is kept. */
export function formatTime(ns: bigint): string {
  let second = ns / 1_000_000_000n
  let rest = ns % 1_000_000_000n
  if (rest < 0n) {
    second -= 1n
    rest += 1_000_000_000n
  }
  if (second !== lastSecond) {
    lastSecond = second
    lastText = new Date(Number(second) * 1000).toISOString().slice(0, 19)
  }
  return `${lastText}.${String(rest).padStart(9, '0')}Z`
}

/** `2026-11-23` of a day as the engine's toYYYYMMDD writes it: 20261123. */
export const formatDay = (day: number): string => String(day).replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3')
