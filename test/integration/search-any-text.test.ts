// Search text that nobody chose, on the real engine: what is in a message is found, and what is garbage harms nothing.
// And the conditions of every element let the engine use the indexes of `logs`.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compileSearch } from '#test/support/compile-search.ts'
import { AfterlogError } from '#shared/errors.ts'
import { scale, seed } from '#test/support/campaign.ts'
import { openSearchRows, type SearchRows } from '#test/support/search-rows.ts'

let rows: SearchRows

beforeAll(async () => {
  rows = await openSearchRows([{ id: 'one', message: 'one line {"status":500} at 10.0.0.1', labels: { app: 'cart' } }])
})

afterAll(async () => {
  await rows.close()
})

describe('for any text', () => {
  const message = fc.array(
    fc.oneof(
      fc.stringMatching(/^[a-zA-Z0-9]{1,6}$/),
      fc.constantFrom(
        ' ',
        '  ',
        '.',
        '_',
        '"',
        '\\',
        '/',
        '(',
        ')',
        '-',
        ':',
        '=',
        '*',
        'É',
        'é',
        'ß',
        '🔥',
        '日本',
        '\n',
        '\t',
        "'",
        '\0',
      ),
      fc.string({ unit: 'grapheme', maxLength: 4 }),
    ),
    { minLength: 1, maxLength: 12 },
  )

  test('a quoted part of a message that ends where tokens end is found', async () => {
    await fc.assert(
      fc.asyncProperty(message, fc.nat(), fc.nat(), fc.boolean(), async (parts, a, b, shout) => {
        const whole = parts.join(' ').toWellFormed()
        const [from, to] = [a % parts.length, b % parts.length].toSorted((x, y) => x - y)
        const part = parts
          .slice(from, to! + 1)
          .join(' ')
          .toWellFormed()
        const text = shout ? part.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase()) : part
        const search = compileSearch(`"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`)
        if (part !== '') expect(await rows.matches(search, whole)).toBe(true)
      }),
      { seed, numRuns: 100 * scale },
    )
  })

  test('every token of a message finds it, bare', async () => {
    await fc.assert(
      fc.asyncProperty(message, async (parts) => {
        const whole = parts.join('').toWellFormed()
        const tokens =
          whole
            .match(/[\p{L}\p{M}\p{Nd}]+/gu)
            ?.filter((token) => /^[\p{L}\p{N}]/u.test(token) && !/^(OR|AND|NOT)$/.test(token)) ?? []
        for (const token of tokens.slice(0, 3)) expect(await rows.matches(compileSearch(token), whole)).toBe(true)
      }),
      { seed, numRuns: 70 * scale },
    )
  })

  test('garbage is a condition that runs, or an error that names a place', async () => {
    const piece = fc.constantFrom(
      'a',
      'status',
      ':',
      '>',
      '"',
      '(',
      ')',
      '-',
      '/',
      '*',
      '\\',
      ' ',
      ' OR ',
      ' AND ',
      ' NOT ',
      '5',
      '.',
      '=',
      'pod',
      '{',
      '}',
      '\n',
      'severity:',
      '[',
      '🔥',
      "'",
      '`',
      '?',
      '$',
    )
    const garbage = fc.oneof(
      fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join('')),
      fc.string({ unit: 'binary', maxLength: 40 }),
    )
    await fc.assert(
      fc.asyncProperty(garbage, async (text) => {
        try {
          await rows.find(compileSearch(text))
        } catch (error) {
          expect(error).toBeInstanceOf(AfterlogError)
          expect(error).toMatchObject({ code: 'invalid-parameter', parameter: 'q' })
        }
      }),
      { seed, numRuns: 150 * scale },
    )
  })
})

describe('with the search indexes of the table', () => {
  // 40 granules; the needle is in one of them.
  test.each<[string, number]>([
    ['needle', 1],
    ['i18n', 1],
    ['needle -haystack', 1],
    ['"NEEDLE.in:the-hay"', 1],
    ['"needle in the hay"', 1],
    ['needle.in.*', 1],
    ['needle OR unheard', 1],
    ['needle OR i18n', 1],
    ['needle /hay$/', 1],
    ['(needle OR line) unheard', 0],
    ['-needle', 40],
    ['-needle.in', 40],
    ['line', 40],
  ])('%s reads %i granules', async (text, granules) => {
    expect(await rows.granules(compileSearch(text))).toBe(granules)
  })
})
