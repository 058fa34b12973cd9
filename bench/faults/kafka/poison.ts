// Messages that cannot be stored, in every way that was thought of, each with the indices of its records that must
// become dead letters. Pure.
import type { Random } from '../../storage/random.ts'

export interface Poison {
  kind: string
  value: Buffer | null
}

/** Whole messages that are no batch, no record and no NDJSON: one dead letter each, of index 0. */
export function poisonOf(number: number, random: Random): Poison {
  const record = `{"time":"2026-11-23T10:00:00Z","pod":"poison-${number}","message":"never shown`
  const kinds: readonly Poison[] = [
    { kind: 'not JSON', value: Buffer.from(`poison ${number}: this is not JSON`) },
    { kind: 'empty value', value: Buffer.alloc(0) },
    { kind: 'no value', value: null },
    { kind: 'truncated batch', value: Buffer.from(`{"node":"node-7","records":[${record}"},${record}`) },
    { kind: 'not UTF-8', value: Buffer.from(Array.from({ length: 80 }, () => 0x80 + random.int(0x7f))) },
    { kind: 'an object that is no batch', value: Buffer.from(`{"poison":${number},"hello":"world"}`) },
    { kind: 'an array without a record', value: Buffer.from(`[${number}]`) },
    { kind: 'a truncated record', value: Buffer.from(record) },
  ]
  return kinds[number % kinds.length]!
}

/** A record that is JSON and cannot be stored, for the middle of a good batch. */
export function badRecord(number: number): string {
  const kinds = [
    `{"time":"yesterday","pod":"poison-${number}","container":"app","message":"no time"}`,
    `{"pod":"poison-${number}","container":"app","message":"no time at all"}`,
    `{"time":"2001-01-01T00:00:00Z","pod":"poison-${number}","podUid":"p","container":"app","message":"outside of retention"}`,
    `[${number}]`,
  ]
  return kinds[number % kinds.length]!
}
