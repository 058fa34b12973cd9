/** Pure: a nanosecond later than a time of an answer, which has nine digits. */
export function after(time: string): string {
  const [seconds, fraction = ''] = time.replace('Z', '').split('.') as [string, string?]
  const next = Number(fraction.padEnd(9, '0')) + 1
  return next === 1e9
    ? new Date(Date.parse(`${seconds}Z`) + 1000).toISOString()
    : `${seconds}.${String(next).padStart(9, '0')}Z`
}
