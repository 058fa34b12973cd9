// Fields of lines on the real engine: keys with dots however they are nested, `@`-keys, JSON inside JSON, arrays, exact
// numbers, ranges, groups of values and ids of traces.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compileSearch } from '#test/support/compile-search.ts'
import { openSearchRows, type SearchRows } from '#test/support/search-rows.ts'

let rows: SearchRows
const deep = '{"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":{"i":{"j":"deep"}}}}}}}}}}'
beforeAll(async () => {
  rows = await openSearchRows([
    { id: 'nested', message: '{"http":{"request":{"method":"GET"}},"@timestamp":"2026","n":1.50,"ok":true,"none":null}' },
    { id: 'flat', message: '{"http.request.method":"get","n":12}' },
    { id: 'half', message: '{"http.request":{"method":"GET"},"n":-3}' },
    { id: 'other-half', message: '{"http":{"request.method":"GET"},"n":1e3}' },
    { id: 'both', message: '{"http":{"request":1},"http.request":{"method":"GET"}}' },
    { id: 'attribute', message: 'x', attributes: { 'http.request.method': 'GET' } },
    {
      id: 'object',
      message: 'x',
      attributes: { http: '{"request":{"method":"GET"}}', user: '{"name":"Ana","ids":[1,9007199254740993]}' },
    },
    { id: 'half-object', message: 'x', attributes: { 'http.request': '{"method":"GET"}' } },
    { id: 'label', message: 'x', labels: { 'app.kubernetes.io/name': 'Cart' } },
    { id: 'metadata', message: '{"kubernetes":{"labels":{"app.kubernetes.io/name":"cart"}}}' },
    { id: 'deep', message: deep },
    { id: 'deep-flat', message: '{"a.b.c.d":{"e.f":{"g.h.i.j":"deep"}}}' },
    { id: 'text', message: 'http.request.method=GET @timestamp=2026 n="12"' },
    { id: 'array', message: '{"code":[500,404],"items":[{"id":7},{"id":8}],"tags":["a","b c"]}' },
    { id: 'array-of-attribute', message: 'x', attributes: { tags: '["a","b c"]' } },
    { id: 'in-string', message: String.raw`{"log":"{\"code\":500,\"http\":{\"request\":{\"method\":\"GET\"}}}"}` },
    { id: 'big', message: '{"id":9007199254740993,"huge":123456789012345678901234567890}' },
    { id: 'big-text', message: 'id=9007199254740993' },
    { id: 'big-string', message: '{"id":"9007199254740993"}' },
    { id: 'big-attribute', message: 'x', attributes: { id: '9007199254740993' } },
    { id: 'less', message: '{"id":9007199254740992}', attributes: { weight: '18446744073709551616.5' } },
    { id: 'no-number', message: '{"id":"9007199254740993x"}' },
    { id: 'signs', message: '（code=500）', attributes: {} },
    { id: 'chinese', message: '状态code=500失败 名=日本' },
    { id: 'coloured', message: '\u001b[36mcode=\u001b[0m500' },
    { id: 'quoted', message: String.raw`msg="say \"hi\"" code:"5 0"` },
    { id: 'odd', message: '{"":1,"a..b":2,"x.":3}' },
    { id: 'object-value', message: '{"user":{}}' },
    { id: 'École', message: '{"town":"ÉCOLE"}' },
  ])
})
afterAll(async () => {
  await rows.close()
})

const http = ['nested', 'flat', 'half', 'other-half', 'both', 'attribute', 'object', 'half-object', 'text', 'in-string']
test.each<[string, string[]]>([
  ['http.request.method:get', http.filter((id) => id !== 'in-string')],
  ['log.http.request.method:GET', ['in-string']],
  ['http.request.method:*', http.filter((id) => id !== 'in-string')],
  ['http.request:*', ['nested', 'half', 'both', 'object', 'half-object']],
  ['attributes.http.request.method:GET', ['attribute', 'object', 'half-object']],
  ['attributes.http.request.method:get', []],
  ['attributes.user.name:Ana', ['object']],
  ['user.ids:9007199254740993', ['object']],
  ['user.ids:9007199254740992', []],
  ['labels.app.kubernetes.io/name:Cart', ['label']],
  ['kubernetes.labels.app.kubernetes.io/name:cart', ['metadata']],
  ['a.b.c.d.e.f.g.h.i.j:deep', ['deep', 'deep-flat']],
  ['@timestamp:2026', ['nested', 'text']],
  ['ok:true', ['nested']],
  ['none:*', []],
  ['none:""', ['nested']],
  ['n:1.50', ['nested']],
  ['n:1.5', []],
  ['n:12', ['flat', 'text']],
  ['n:1e3', ['other-half']],
  ['n:>1', ['nested', 'flat', 'other-half', 'text']],
  ['n:1.5..12', ['nested', 'flat', 'text']],
  ['n:[1.5 TO 12]', ['nested', 'flat', 'text']],
  ['n:{1.5 TO 12]', ['flat', 'text']],
  ['n:[-5 TO 1.5}', ['half']],
  ['n:[* TO 0]', ['half']],
  ['n:[12 TO *]', ['flat', 'other-half', 'text']],
  ['code:404', ['array']],
  ['code:500', ['array', 'signs', 'chinese', 'coloured']],
  ['code:"5 0"', ['quoted']],
  ['items.id:8', ['array']],
  ['tags:"b c"', ['array', 'array-of-attribute']],
  ['log.code:500', ['in-string']],
  ['id:9007199254740993', ['big', 'big-text', 'big-string', 'big-attribute']],
  ['id:>9007199254740992', ['big', 'big-text', 'big-string', 'big-attribute']],
  ['id:<9007199254740993', ['less']],
  ['id:<=9007199254740992', ['less']],
  ['huge:>123456789012345678901234567889', ['big']],
  ['huge:123456789012345678901234567890', ['big']],
  ['attributes.weight:>18446744073709551616.4', ['less']],
  ['weight:>18446744073709551616.5', []],
  ['msg:"say \\"hi\\""', ['quoted']],
  ['a..b:2', ['odd']],
  ['user:*', ['object', 'object-value']],
  ['user:/Ana/', ['object']],
  ['town:école', ['École']],
  ['n:(12 OR 1.50)', ['nested', 'flat', 'text']],
  ['n:(>1 -12)', ['nested', 'other-half']],
  ['n:(>=12 AND <20)', ['flat', 'text']],
  ['code:(404)', ['array']],
  [
    '-code:* -n:* -id:* -http.request:*',
    ['attribute', 'label', 'metadata', 'deep', 'deep-flat', 'array-of-attribute', 'in-string', 'odd', 'object-value', 'École'],
  ],
])('%s', async (text, found) => {
  expect((await rows.find(compileSearch(text))).toSorted()).toEqual(found.toSorted())
})
