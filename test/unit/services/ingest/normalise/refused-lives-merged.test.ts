// Payloads that have pieces of several records, or a life's name where no record has one: the life that may be meant is
// never left out.
import { expect, test } from 'vitest'
import { livesOfPayload } from '#ingest/normalise/refused-lives.ts'

const [mine, another] = ['7b0f8a4e-6c1f-4a53-9f55-0d4a3c6e9b11', '9e8d7c6b-1a2b-4c3d-8e4f-a1b2c3d4e5f6']
const id = 'ab'.repeat(32)
const record = (podUid: string): string => {
  const names = { time: 'noon', namespace: 'shop', pod: 'cart', podUid, container: 'app', restart: 3 }
  const labels = { 'app.name': 'x' }
  return JSON.stringify({ ...names, containerId: `containerd://${id}`, labels, stream: 'stdout', message: 'a "b" c' })
}
const any = ''

const keysOf = (payload: unknown, isCut = false): string[] => {
  const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
  return livesOfPayload(bytes, 'eu', isCut).map(({ podKey }) => podKey)
}
const beginning = (until: string, more = 0): string => {
  const text = record(another)
  return text.slice(0, text.indexOf(until) + more)
}
const ending = (from: string, more = 0): string => {
  const text = record(mine)
  return text.slice(text.indexOf(from) + more)
}

test.each<[string, string]>([
  ['the beginning of a time', `{"time":"2026-11-30T07:${record(another)}`],
  ['the beginning of a key', `{"time":"2026-11-30T07:00:00Z","name${record(another)}`],
  ['a bracket', `{${record(another)}`],
  ['a key without its value', `{"time":"t","labels":${record(another)}`],
  ['a uid and the beginning of a text', `{"podUid":"u","message":"hel${record(another)}`],
  ['a uid and a key', `{"podUid":"u","labels":${record(another)}`],
  ['words', `lo world"}${record(another)}`],
])('a record behind %s may not be the only one', (_, payload) => {
  expect(keysOf(payload)).toContain(any)
  expect(keysOf(payload)).toContain(another)
})

test.each<[string, string]>([
  ['an id', beginning('"restart"') + ending('12ab","stream"') + ending('abab","stream"')],
  ['a text, behind a comma', beginning('"pod"') + ending('stdout', 2)],
  ['a text, behind a text', beginning(',"container"') + ending('stdout', 2)],
  ['a value', beginning(',"container"') + ending('"stdout"')],
  ['a colon', beginning(',"container"') + ending(':"stdout"')],
  ['a number', `${beginning(',"container"')}3,"stream":"stdout","message":"x"}`],
  ['a last quote', `${beginning('"container"')}"}`],
  ['a bracket in an array', `[${beginning('"container"')}x"}]`],
])('the end of another record from %s on may be of any life', (_, payload) => {
  expect(() => JSON.parse(payload) as unknown).toThrow()
  expect(keysOf(payload)).toContain(any)
})

test.each<[string, unknown]>([
  ['a bracket', '}'],
  ['a number and a bracket', '3}'],
  ['a NUL in a name', '{"namespace":"shop","pod":"c\0rt","message":"m"}'],
  ['a NUL in a uid', `{"podUid":"${mine.slice(0, 9)}\0${mine.slice(10)}","message":"m"}`],
  ['a cluster that is a number', { cluster: 7, namespace: 'shop', pod: 'cart' }],
  ['a batch whose cluster is a number', { cluster: 7, records: [{ namespace: 'shop', pod: 'cart' }] }],
  ['a link without its id', { path: '/var/log/containers/cart_shop_app.log' }],
  ['a link that was cut', { path: '/var/log/containers/cart_shop_ap' }],
  ['a link that was cut in its id', { path: '/var/log/containers/cart_shop_app-abcdef' }],
  ['a link with a wrong bracket', { path: `/var/log/containers/cart_shop_app-${id.slice(0, 30)}[${id.slice(31)}.log` }],
  ['a link with a wrong letter', { path: `/var/log/containers/cart_shop_app-${id.slice(0, 5)}g${id.slice(6)}.log` }],
  ['a text that is too long to be read', { value: `${'x'.repeat(300_000)}${mine}` }],
])('of %s nobody knows surely whose it was', (_, payload) => {
  expect(keysOf(payload)).toContain(any)
})

test('a damaged link may have its names in either order', () => {
  const keys = keysOf({ path: '/var/log/containers/cart_shop_app.log' })
  expect(keys).toEqual(expect.arrayContaining(['unresolved:eu/shop/cart', 'unresolved:eu/cart/shop']))
})

test.each<[string, unknown, string[]]>([
  ['a long text that holds a record', { value: JSON.stringify({ message: 'y'.repeat(5000), podUid: mine }) }, [mine]],
  ['a key that is a uid', { [mine]: ['line'] }, [mine]],
  ['a key that is a path', { [`/var/log/pods/shop_cart_${mine}/app/0.log`]: ['line'] }, [mine]],
  [
    'names and values of OpenTelemetry',
    { resource: { attributes: [{ key: 'k8s.pod.uid', value: { stringValue: 'u' } }] } },
    ['u'],
  ],
  [
    'a name and a namespace of OpenTelemetry',
    {
      attributes: [
        { key: 'k8s.pod.name', value: { stringValue: 'cart' } },
        { key: 'k8s.namespace.name', value: { stringValue: 'shop' } },
      ],
    },
    ['unresolved:eu/shop/cart'],
  ],
  ['a field beside a unit', { unit: 'x', kubernetes_pod_id: mine }, [mine]],
])('%s names a life', (_, payload, keys) => {
  expect(keysOf(payload)).toEqual(expect.arrayContaining(keys))
})

test('what is broken by quotes or its notation alone keeps the seals of other lives', () => {
  const whole = [
    `{"podUid":"${mine}","message":"he said "no" to it"}`,
    `{"podUid":"${mine}","message":"he said "no", and {\\"a\\":1} {}","time":1}`,
    `{'podUid':'${mine}','ok':None}`,
    `[{"podUid":"${mine}","message":"x" y}]`,
    `<14>Nov 23 host x: {"podUid":"${mine}","kubernetes":{"labels":{"a":"b"}}}`,
  ]
  expect(whole.map((payload) => keysOf(payload))).toEqual(whole.map(() => [mine]))
  expect(keysOf(`{"podUid":"${mine}","kubernetes":{"labels":{"time":"x"},"message":"`, true)).toEqual([mine])
})

test('no beginning of a record with the end of another one is taken for one record', () => {
  const [first, second] = [record(another), record(mine)]
  const wrong: string[] = []
  for (let from = 0; from < first.length; from++)
    for (let to = 1; to < second.length; to++) {
      const payload = first.slice(0, from) + second.slice(to)
      const keys = keysOf(payload)
      const isTold = keys.includes(any) || (keys.includes(mine) && keys.includes(another))
      if (!isTold && !isJson(payload)) wrong.push(payload)
    }
  expect(wrong).toEqual([])
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
