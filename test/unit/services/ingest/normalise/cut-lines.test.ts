// What is cut has a digest of the whole in its mark: lines that differ only behind the cut are stored as different.
import { hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { OpenFragments } from '#ingest/normalise/open-fragments.ts'
import { fileOf, fragment, post, rowStore, texts } from '#test/support/fragments.ts'
import { batch, only, record } from '#test/support/decode.ts'

const digestOf = (text: string | Buffer): string => hash('sha256', text, 'hex').slice(0, 16)
const long = 'x'.repeat(300_000)
const messageOf = (message: string): unknown => only(batch({ ...record, message })).message

describe('a record', () => {
  test('has in its mark how much is kept, of how much, and the digest of the whole', () => {
    expect(messageOf(long)).toBe(
      `${long.slice(0, 262_144)} …[cut by Afterlog: the first 262144 of 300000 bytes, SHA-256 ${digestOf(long)}]`,
    )
  })

  test('that differs behind the cut has another text, and the same text when it comes again', () => {
    expect(messageOf(`${long}a`)).not.toBe(messageOf(`${long}b`))
    expect(messageOf(`${long}a`)).toBe(messageOf(`${long}a`))
  })

  test('of which bytes are escaped has the digest of what the escapes stand for', () => {
    const text = `${'é"\n'.repeat(100_000)}end`
    expect(messageOf(text)).toContain(`of ${Buffer.byteLength(text)} bytes, SHA-256 ${digestOf(text)}]`)
  })

  test('that was cut is not cut again: its message goes through Kafka', () => {
    const cut = messageOf(long) as string
    expect(messageOf(cut)).toBe(cut)
  })
})

describe.each(['attributes', 'labels'] as const)('%s', (column) => {
  const mapOf = (map: object): unknown => only(batch({ ...record, [column]: map }))[column]

  test('that differ and have one length have different marks, and one mark when they come again', () => {
    const [a, b] = ['a', 'b'].map((end) => mapOf({ key: long + end }))
    expect(a).not.toEqual(b)
    expect(a).toEqual(mapOf({ key: `${long}a` }))
    const sent = JSON.stringify({ key: `${long}a` })
    expect(a).toEqual({ 'afterlog.cut': `${sent.length} bytes were left out, SHA-256 ${digestOf(sent)}` })
    expect(mapOf(a as object)).toEqual(a)
  })
})

describe('a line joined from fragments', () => {
  const fragments = (end: string) => {
    const text = 'y'.repeat(240_000)
    const said = Array.from({ length: 6 }, (_, i) => fragment(i < 5 ? 'P' : 'F', i < 5 ? text : text + end))
    return fileOf(said, { placed: true })
  }
  const whole = (end: string): string => 'y'.repeat(6 * 240_000) + end

  test('has the digest of the whole', () => {
    for (const end of ['a', 'b'])
      expect(only(batch(...fragments(end))).message).toBe(
        `${whole(end).slice(0, 1_048_576)} …[cut by Afterlog: the first 1048576 of 1440001 bytes, SHA-256 ${digestOf(whole(end))}]`,
      )
  })

  test('has the same text where its fragments come in several batches', () => {
    const store = rowStore()
    const open = new OpenFragments()
    for (const each of fragments('a')) post(store, open, [each])
    expect(texts(store.lines())).toEqual([only(batch(...fragments('a'))).message])
  })

  test('has the digests of its fragments where these were cut', () => {
    const joined = (end: string): unknown =>
      only(
        batch(
          ...[`${long}${end}`, 'F'].map((message, i) => ({
            ...record,
            offset: i * 300_050,
            length: i === 0 ? 300_050 : 50,
            partial: i === 0,
            message,
          })),
        ),
      ).message
    expect(joined('a')).not.toBe(joined('b'))
  })
})
