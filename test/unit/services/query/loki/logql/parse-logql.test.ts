import { describe, expect, test } from 'vitest'
import { formatLogQL } from '#query/loki/logql/syntax/format-logql.ts'
import { LogqlError } from '#query/loki/logql/syntax/logql-error.ts'
import { parseLogQL, parseMatchers } from '#query/loki/logql/syntax/parse-logql.ts'

describe('a query is read, and written in one form', () => {
  test.each([
    ['{a="b"}', '{a="b"}'],
    ['{ a = "b" , c!="d", e=~"f.*", g!~`h\\d` } # comment', '{a="b", c!="d", e=~"f.*", g!~"h\\\\d"}'],
    [
      '{a="b"} |= "x" or "y" != `z` |~ "(?i)q" !~ "r" |> "<_> s" !> "t <_>"',
      '{a="b"} |= "x" or "y" != "z" |~ "(?i)q" !~ "r" |> "<_> s" !> "t <_>"',
    ],
    ['{a="b"} |= ip("10.0.0.0/8") | x != ip("::1")', '{a="b"} |= ip("10.0.0.0/8") | x!=ip("::1")'],
    [
      '{a="b"} | json | logfmt --strict --keep-empty | unpack | decolorize',
      '{a="b"} | json | logfmt --strict --keep-empty | unpack | decolorize',
    ],
    ['{a="b"} | json x="y[0].z", w | logfmt --strict q="r"', '{a="b"} | json x="y[0].z", w="w" | logfmt --strict q="r"'],
    ['{a="b"} | regexp "(?P<x>\\\\d)" | pattern "<y> z"', '{a="b"} | regexp "(?P<x>\\\\d)" | pattern "<y> z"'],
    ['{a="b"} | x=1 or y>2s and z<=3KB', '{a="b"} | ( x==1 or ( y>2s , z<=3KB ) )'],
    ['{a="b"} | x="1", y="2" or z="3"', '{a="b"} | ( x="1" , ( y="2" or z="3" ) )'],
    ['{a="b"} | x="1" y="2"', '{a="b"} | ( x="1" , y="2" )'],
    [
      '{a="b"} | line_format "{{.x}}" | label_format y=z, w="{{.v}}" | drop a, b="c" | keep d',
      '{a="b"} | line_format "{{.x}}" | label_format y=z, w="{{.v}}" | drop a, b="c" | keep d',
    ],
    ['rate({a="b"} |= "x" [5m] offset -1h)', 'rate({a="b"} |= "x"[5m] offset -1h)'],
    ['count_over_time({a="b"}[1h30m] |= "x")', 'count_over_time({a="b"} |= "x"[1h30m])'],
    ['max_over_time(({a="b"} | json | unwrap c)[5m]) by (d)', 'max_over_time({a="b"} | json | unwrap c[5m]) by (d)'],
    [
      'avg_over_time({a="b"} | unwrap duration(c) | __error__="" [5m] offset 1m)',
      'avg_over_time({a="b"} | unwrap duration(c) | __error__=""[5m] offset 1m)',
    ],
    ['quantile_over_time(.99,{a="b"}|unwrap c[1d])', 'quantile_over_time(0.99, {a="b"} | unwrap c[1d])'],
    ['SUM(rate({a="b"}[1m])) BY (c)', 'sum by (c) (rate({a="b"}[1m]))'],
    ['topk(5, sum without (c, d) (rate({a="b"}[1m])))', 'topk(5, sum without (c, d) (rate({a="b"}[1m])))'],
    ['approx_topk(5, sum(rate({a="approx_topk(1"}[1m])))', 'approx_topk(5, sum(rate({a="approx_topk(1"}[1m])))'],
    ['sort_desc(rate({a="b"}[1m]))', 'sort_desc(rate({a="b"}[1m]))'],
    ['label_replace(rate({a="b"}[1m]), "c", "$1", "d", "(.*)")', 'label_replace(rate({a="b"}[1m]), "c", "$1", "d", "(.*)")'],
    ['vector(1) + 2 * vector(3) ^ 2 ^ 2 > bool 1', '((vector(1) + (2 * (vector(3) ^ 4))) > bool 1)'],
    ['vector(1) or vector(2) and vector(3) unless vector(4)', '(vector(1) or ((vector(2) and vector(3)) unless vector(4)))'],
    [
      'rate({a="b"}[1m]) / on (c) group_left (d) rate({e="f"}[1m])',
      '(rate({a="b"}[1m]) / on (c) group_left (d) rate({e="f"}[1m]))',
    ],
    ['rate({a="b"}[1m]) == ignoring () -1', '(rate({a="b"}[1m]) == ignoring () -1)'],
    [
      'sum by (constructor, vector) (rate({__proto__="a", label_replace="vector"} | drop Constructor [1m]))',
      'sum by (constructor, vector) (rate({__proto__="a", label_replace="vector"} | drop Constructor[1m]))',
    ],
    ['1 + 2 * 3', '7'],
    ['-1.5e3', '-1500'],
  ])('%s', (text, written) => {
    expect(formatLogQL(parseLogQL(text))).toBe(written)
    expect(formatLogQL(parseLogQL(written))).toBe(written)
  })
})

describe('what is wrong is told with its place', () => {
  test.each([
    ['', 1, 1, /unexpected end/],
    ['{', 1, 2, /unexpected end/],
    ['{}', 1, 2, /at least one matcher/],
    ['{a="b"', 1, 7, /unexpected end/],
    ['{a=b}', 1, 4, /unexpected b/],
    ['{a="b",}', 1, 8, /unexpected }/],
    ['{a="b}', 1, 4, /not terminated/],
    ['{a=~"x("}', 1, 2, /missing closing/],
    ['{a=~".*"}', 1, 1, /at least one matcher/],
    ['{a!="b"}', 1, 1, /at least one matcher/],
    ['{a="b"} | foo bar', 1, 15, /unexpected bar/],
    ['{a="b"}\n|= "x"\n| jso n', 3, 7, /unexpected n/],
    ['{a="b"} |~ "("', 1, 9, /missing closing/],
    ['{a="b"} |~ ip("1.2.3.4")', 1, 15, /only/],
    ['{a="b"} |= ip("x")', 1, 9, /no address/],
    ['{a="b"} | regexp "(x)"', 1, 11, /named capture/],
    ['{a="b"} | pattern "<a><b>"', 1, 11, /consecutive/],
    ['{a="b"} | json x="a..b"', 1, 11, /path/],
    ['{a="b"} | line_format "{{.x"', 1, 11, /unclosed/],
    ['{a="b"} | line_format "{{ nope .x }}"', 1, 11, /not defined/],
    ['{a="b"} | label_format x="1", x="2"', 1, 11, /multiple label name/],
    ['rate({a="b"}[5minutes])', 1, 16, /unexpected/],
    ['rate({a="b"}[0s])', 1, 13, /longer than 0/],
    ['rate({a="b"})', 1, 13, /unexpected \)/],
    ['sum(3, rate({a="b"}[1m]))', 1, 5, /unsupported parameter/],
    ['topk(rate({a="b"}[1m]))', 1, 1, /parameter required/],
    ['topk(0, rate({a="b"}[1m]))', 1, 6, /greater than 0/],
    ['sum_over_time({a="b"}[1m])', 1, 1, /without unwrap/],
    ['count_over_time({a="b"} | unwrap c [1m])', 1, 25, /with unwrap/],
    ['rate({a="b"}[1m]) by (c)', 1, 19, /grouping not allowed/],
    ['sort by (a) (rate({a="b"}[1m]))', 1, 6, /grouping/],
    ['{a="b"} + 1', 1, 1, /left leg/],
    ['1 or rate({a="b"}[1m])', 1, 1, /unexpected literal/],
    ['variants(rate({a="b"}[1m])) of ({a="b"}[1m])', 1, 1, /not supported/],
    [`${'('.repeat(1500)}1${')'.repeat(1500)}`, 1, 1, /nested too deeply/],
    [`{a="${'x'.repeat(140_000)}"}`, 1, 1, /too long/],
    ['rate({a="b"}[5us])', 1, 14, /whole numbers of ms/],
    ['rate({a="b"}[1.5m])', 1, 14, /whole numbers of ms/],
  ])('%.40s', (text, line, col, message) => {
    const error = errorOf(() => parseLogQL(text))
    expect({ line: error.line, col: error.col }).toEqual({ line, col })
    expect(error.message).toMatch(message)
    expect(error.message).toMatch(new RegExp(`^parse error at line ${line}, col ${col}: `))
    expect(error).toMatchObject({ code: 'invalid-parameter', parameter: 'query' })
  })

  test('and what Afterlog does not have is told apart', () => {
    expect(errorOf(() => parseLogQL('variants(rate({a="b"}[1m])) of ({a="b"}[1m])')).isUnsupported).toBe(true)
  })
})

test('matchers of labels may select everything', () => {
  expect(parseMatchers('{}')).toEqual([])
  expect(parseMatchers('{a!="b"}')).toMatchObject([{ name: 'a', op: '!=', value: 'b' }])
  expect(() => parseMatchers('{a="b"} |= "x"')).toThrow(LogqlError)
})

function errorOf(read: () => unknown): LogqlError {
  try {
    read()
  } catch (error) {
    if (error instanceof LogqlError) return error
    throw error
  }
  throw new Error('nothing is wrong')
}
