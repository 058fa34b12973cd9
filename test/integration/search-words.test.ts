// Words beside every kind of character, on the real engine: what separates words, and that no character hides the words
// beside it. The inputs of the first table are from a public complaint.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compileSearch } from '#test/support/compile-search.ts'
import { marked } from '#query/search/message-text.ts'
import { openSearchRows, type SearchRows } from '#test/support/search-rows.ts'

let rows: SearchRows
beforeAll(async () => {
  rows = await openSearchRows([])
})
afterAll(async () => {
  await rows.close()
})
const matches = (text: string, message: string) => rows.matches(compileSearch(text), message)

const phone = '登录手机号18888888888的动态key：829889AC8'
const esc = '\u001b'

describe('finds', () => {
  test.each<[string, string]>([
    ['829889AC8', phone],
    ['18888888888', phone],
    ['手机', phone],
    ['timeout', '支付timeout错误code=500'],
    ['code=500', '支付timeout错误code=500'],
    ['4711', '订单4711已创建'],
    ['failed', 'job “failed” today'],
    ['“failed”', 'job “failed” today'],
    ['foo.txt', 'cannot remove ‘foo.txt’: denied'],
    ['500', 'status\u00a0500\u00a0done'],
    ['ERROR', '│ERROR│ row'],
    ['"ERROR"', '│ERROR│ row'],
    ['error', '\u200berror\ufeff'],
    ['error', 'ℹerror…'],
    ['cart', '⚠️cart'],
    ['cart', 'サーバーcart'],
    ['cart', 'ｃａｒｔcart'],
    ['５００', 'code５００x'],
    ['5', '5️⃣'],
    ['"a\u0001b"', 'x a\u0001b'],
    ['"a\u0001日"', 'x a\u0001日'],
    ['"a\u0001日"', String.raw`{"m":"a\u0001日"}`],
    ['"a\u0001日"', 'x A\u001b[31m\u0001日'],
    ['"日本carts up"', String.raw`{"msg":"日本\u001b[31mcarts \u001b[0mup"}`],
    ['"日本carts up"', String.raw`{"msg":"日本ca\u001B[31mrts\u001B[0m up"}`],
    ['"本\\", \\"b"', '{"msg":"日本",\n"b":"\\n"}'],
    ['5', 'nº5'],
    ['m', 'm²'],
    ['error', '错误：error。'],
    ['日本', 'x日本語'],
    ['"日本 err*"', '日本 err*'],
    ['日本err*', '日本error'],
    ['naïve', 'NAÏVE'],
    ['한국어', ' 한국어 '],
    ['한국', '한국어'],
    ['timeout', '서버timeout발생'],
    ['error', 'error가 발생했습니다'],
    ['500', '오류500입니다'],
    ['서버', '웹서버에서 timeout'],
    ['timeout이 발생', '결제 timeout이 발생했습니다'],
    ['error', '\u1109\u1165error\u11af'],
    ['error', 'ʼerrorʼ'],
    ['error', '\u034ferror\u034f'],
    ['error', '𝐄error𝟎'],
    ['हिन्दी', 'यह हिन्दी है'],
    ['สวัสดี', 'กสวัสดีครับ'],
    ['Ошиб*', '«ошибка»'],
    // A letter of Unicode 16, which the engine does not know.
    ['a\u{1c89}b', 'x a\u{1c89}b'],
    ['x��y', 'x\ufffdy'],
  ])('%s in %s', async (text, message) => {
    expect(await matches(text, message)).toBe(true)
  })

  test.each<[string, string]>([
    ['error', `${esc}[31merror${esc}[0m`],
    ['error', `${esc}[1;38;5;196merror${esc}[K`],
    ['error', `a${esc}[31merror`],
    ['aerror', `a${esc}[31merror`],
    ['error', `${esc}[01;31m${esc}[Kerr${esc}[m${esc}[Kor here`],
    ['31merror', `${esc}[31merror`],
    ['"connection refused"', `connection ${esc}[31mrefused${esc}[0m`],
    ['docs', `see ${esc}]8;;http://x/y\u0007docs${esc}]8;;\u0007 now`],
    ['"see docs now"', `see ${esc}]8;;http://x/y${esc}\\docs${esc}]8;;${esc}\\ now`],
    ['http://x/y', `see ${esc}]8;;http://x/y\u0007docs${esc}]8;;\u0007 now`],
    ['done', `${esc}(B${esc}[mdone`],
    ['payment', `${esc}payment`],
    ['error', `${esc}7error${esc}8`],
    ['error', `${esc}cerror`],
    [`"${esc}[31merror"`, `${esc}[31merror`],
    ['status=500', `${esc}[36mstatus=${esc}[0m500`],
    ['error', String.raw`{"msg":"\u001b[31merror\u001b[0m"}`],
    ['error', String.raw`{"msg":"line\nerror"}`],
    ['goroutine', String.raw`level=fatal msg="panic: x\ngoroutine 1 [running]:"`],
    ['error', String.raw` {"msg":"line\nerror\tb"}`],
    ['error', String.raw`[{"msg":"line\nerror"}]`],
    ['error', String.raw`2026-01-01T00:00:00Z app {"msg":"line\nerror"}`],
    ['error', String.raw`${esc}[32m{"msg":"line\nerror"}${esc}[0m`],
    ['café', String.raw`msg="caf\u00e9"`],
    ['"a=b <c>"', String.raw`{"msg":"a\u003db \u003Cc\u003e"}`],
    [String.raw`"say \"hi\""`, String.raw`{"msg":"say \"hi\""}`],
    ['日本', String.raw`{"msg":"\u65e5\u672c\u8a9e"}`],
    ['café', String.raw`{"msg":"caf\u00e9"}`],
    [
      'café',
      String.raw`{
  "msg":"caf\u00e9"
}`,
    ],
  ])('%s in what is read of %j', async (text, message) => {
    expect(await matches(text, message)).toBe(true)
  })
})

describe('does not find', () => {
  test.each<[string, string]>([
    ['na', 'naïve'],
    ['ve', 'naïve'],
    ['cart', 'carts'],
    ['error', 'xerror'],
    ['error', '{"a":"b"} errors'],
    ['timeout', '서버timeouts'],
    ['हिन्द', 'यह हिन्दी है'],
    ['error', `${esc}[31merrors`],
    ['"connection refused"', `connection, ${esc}[31mrefused`],
    ['error', String.raw`{"msg":"\\nerror"}`],
    ['error', String.raw`C:\nerror`],
    ['"711\u0001"', '4日711￥'],
    ['"日\u0001"', '日本'],
    [`"日${esc}"`, `日\u0001${esc}[K`],
  ])('%s in %s', async (text, message) => {
    expect(await matches(text, message)).toBe(false)
  })
})

test('the characters at which words end are the same here and in the engine', async () => {
  const chars: string[] = []
  for (const [from, to] of [
    [0x80, 0x85f],
    [0x1100, 0x11ff],
    [0x900, 0xabf],
    [0x2000, 0x33ff],
    [0xac00, 0xad00],
    [0xfe00, 0xffff],
    [0x1d400, 0x1d7ff],
    [0x1f000, 0x1faff],
  ] as const)
    for (let code = from; code <= to; code++) chars.push(String.fromCodePoint(code))
  expect(await rows.readTexts(chars)).toEqual(chars.map(marked))
})
