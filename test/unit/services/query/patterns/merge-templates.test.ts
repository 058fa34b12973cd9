// Merging templates: what varies is found from what is there, whatever its place and length; two messages stay two; and
// the time is linear.
import { describe, expect, test } from 'vitest'
import { mergeTemplates } from '#query/patterns/merge-templates.ts'
import { patternText, readTemplate } from '#query/patterns/template-words.ts'

/** `#` stands for a mask. */
function merged(texts: readonly string[]): [pattern: string, lines: number][] {
  const work = mergeTemplates(texts.map((text) => readTemplate(text.replaceAll('#', '\0'))))
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value.map(({ template, members }) => [patternText(template), members.length])
  }
}
const patternsOf = (texts: readonly string[]): string[] => merged(texts).map(([pattern]) => pattern)

/** Words without a digit, the same for the same seed. */
const names = (count: number, seed: number): string[] =>
  Array.from({ length: count }, (_, i) =>
    String((i + 1) * 7919 * seed).replaceAll(/\d/g, (digit) => 'qwertyuiop'.charAt(Number(digit))),
  )

describe('a word varies', () => {
  test('where a noun announces a name, from two different words on', () => {
    expect(merged(['user alice logged in', 'user bob logged in'])).toEqual([['user <_> logged in', 2]])
    expect(patternsOf(['user created by admin', 'user deleted by admin'])).toHaveLength(2)
  })
  test('where most of the message is the same, from three on', () => {
    const sync = (name: string) => `the reconciler could not sync ${name} with its peers`
    expect(patternsOf(['carts', 'orders'].map(sync))).toHaveLength(2)
    expect(merged(['carts', 'orders', 'users'].map(sync))).toEqual([[sync('<_>'), 3]])
  })
  test('never in a state of a short message, a level or a method by few values', () => {
    const states = ['opened', 'closed', 'reset', 'lost'].map((state) => `connection # ${state}`)
    expect(patternsOf(states)).toHaveLength(4)
    const levels = ['INFO', 'WARN', 'ERROR'].map((level) => `# ${level} the cart of a customer was locked`)
    expect(patternsOf(levels)).toHaveLength(3)
    const routes = ['login', 'logout', 'carts'].map((route) => `"GET /${route} HTTP/#" # # served by the edge`)
    expect(patternsOf(routes)).toHaveLength(3)
  })
  test('in several places at once, also where no two lines share a value', () => {
    const [from, to] = [names(40, 1), names(40, 3)]
    const texts = from.flatMap((one, i) => [0, 1, 2, 3].map((k) => `moved from ${one} to ${to[(i * 4 + k) % 40]!} safely`))
    expect(merged(texts)).toEqual([['moved from <_> to <_> safely', texts.length]])
  })
})

describe('a stretch of words varies', () => {
  test('where it is a list, masks or names, of any lengths', () => {
    expect(merged(['Loaded plugins: auth, cache', 'Loaded plugins: auth, cache, metrics'])).toHaveLength(1)
    expect(merged(['the job took # to finish', 'the job took # # to finish'])).toEqual([['the job took <_> to finish', 2]])
    expect(merged(['mail for John Smith was sent', 'mail for Bob was sent'])).toHaveLength(1)
  })
  test('but not where it says something else', () => {
    const reasons = ['connection refused', 'no route to host', 'broken pipe']
    expect(patternsOf(reasons.map((reason) => `write to # failed: ${reason}`))).toHaveLength(3)
    expect(patternsOf(['the cart was saved', 'the cart was not saved'])).toHaveLength(2)
  })
})

describe('structured lines', () => {
  test('keep their keys: only the message varies', () => {
    const line = (message: string, key: string) => `{"level":#,"msg":"\u0001${message}\u0002","${key}":#}`
    const keys = ['alpha', 'bravo', 'carol', 'delta'].map((key) => line('the cart of a customer was locked', key))
    expect(patternsOf(keys)).toHaveLength(4)
    expect(merged(['alice', 'bob'].map((name) => line(`user ${name} left`, 'a')))).toEqual([
      ['{"level":<_>,"msg":"user <_> left","a":<_>}', 2],
    ])
  })
})

describe('any text', () => {
  test('keeps every template in one cluster, and reads CJK sign by sign', () => {
    const texts = [
      '',
      ' ',
      '#',
      '##',
      '\u0001',
      '\u0002\u0001',
      '\ud800',
      '用户#登录成功',
      '用户#登录失败',
      'a'.repeat(5000),
      ',,,',
    ]
    expect(merged(texts).reduce((sum, [, count]) => sum + count, 0)).toBe(texts.length)
    expect(patternsOf(['用户#登录成功', '用户#登录失败'])).toHaveLength(2)
  })
  test('takes linear time: three thousand templates, alike or not', () => {
    const words = names(3000, 5)
    const kinds = [
      words.map((word) => `user ${word} logged in from # with session #`),
      words.map((word, i) => `${word} ${words[(i * 7) % 3000]!} ${words[(i * 13) % 3000]!}`),
      words.map((word) => `start of a long line ${`${word} `.repeat(50)}`),
      words.map((word, i) => `same head of all ${'x, '.repeat(i % 60)} ${word} same tail of all`),
    ]
    for (const texts of kinds) {
      const began = process.cpuUsage()
      expect(merged(texts).reduce((sum, [, count]) => sum + count, 0)).toBe(texts.length)
      expect(process.cpuUsage(began).user / 1000).toBeLessThan(10_000)
    }
  })
})
