import { describe, expect, test } from 'vitest'
import { planCorpus } from '../../../../../bench/search/corpus/lines.ts'
import { podCount } from '../../../../../bench/search/corpus/pods.ts'

const linesOf = (seed: number, lines: number) => [...planCorpus({ seed, lines }).lines]

describe('the corpus', () => {
  test('is the same for a seed, another one for another seed', () => {
    expect(linesOf(7, 500)).toEqual(linesOf(7, 500))
    expect(linesOf(7, 500)).not.toEqual(linesOf(8, 500))
  })

  test('has as many lines as asked for, of rising times that are all different, within its day', () => {
    const { from, to } = planCorpus({ seed: 1, lines: 1 })
    for (const count of [1, 2, 999, 20_000]) {
      const times = linesOf(3, count).map(({ time }) => time)
      expect(times).toHaveLength(count)
      expect(times.every((time, i) => i === 0 || time > times[i - 1]!)).toBe(true)
      expect(times.every((time) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/.test(time))).toBe(true)
      expect([times[0]! >= from, times.at(-1)! < to]).toEqual([true, true])
    }
  })

  test('has few busy pods and many that write little, in messages of about 260 bytes', () => {
    const lines = linesOf(1, 40_000)
    const counts = Array.from({ length: podCount }, () => 0)
    for (const { rank } of lines) counts[rank]!++
    expect(counts[0]! / lines.length).toBeGreaterThan(0.12)
    expect(counts[podCount / 2]! / lines.length).toBeLessThan(0.004)
    const bytes = lines.reduce((sum, { message }) => sum + Buffer.byteLength(message), 0) / lines.length
    expect(bytes).toBeGreaterThan(220)
    expect(bytes).toBeLessThan(300)
    expect(new Set(lines.map(({ pod }) => pod.dialect))).toEqual(new Set(['nginx', 'json', 'java', 'klog', 'envoy']))
  })

  test('has its trace id as a field, in the text, and as both', () => {
    const lines = linesOf(1, 20_000).filter(({ traceId, message }) => traceId !== '' || /[0-9a-f]{32}/.test(message))
    const inText = lines.map(({ traceId, message }) => traceId !== '' && message.includes(traceId))
    expect(inText.some((both, i) => !both && lines[i]!.traceId !== '')).toBe(true)
    expect(inText.some((both, i) => !both && lines[i]!.traceId === '')).toBe(true)
    expect(inText.includes(true)).toBe(true)
  })

  test('has what is searched for in no form that stores understand differently', () => {
    // Whatever the case, and with an underscore as a letter or not: the same lines.
    const differs = ({ message }: { message: string }): boolean =>
      /(?<![0-9a-z])timeout(?![0-9a-z])/i.test(message) !== /(?<!\w)timeout(?!\w)/.test(message) ||
      /(?<![0-9a-z])connection refused by(?![0-9a-z])/i.test(message) !== message.includes('connection refused by') ||
      /adline excee/i.test(message) !== message.includes('adline excee')
    expect(linesOf(1, 40_000).filter(differs)).toEqual([])
  })
})
