/** Epoch ns of an RFC 3339 time in UTC with nine digits. */
export const epochNs = (time: string): bigint =>
  BigInt(Date.parse(`${time.slice(0, 19)}Z`)) * 1_000_000n + BigInt(time.slice(20, 29))
