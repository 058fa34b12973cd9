import { expect, test } from 'vitest'
import { addReject, rejectsMax, type Reject } from '#ingest/normalise/reject.ts'
import { livesOfPayload } from '#ingest/normalise/refused-lives.ts'

const life = (payload: unknown, cluster = '') =>
  livesOfPayload(Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)), cluster)

test.each<[string, unknown, object[]]>([
  [
    'a uid',
    { podUid: 'u', container: 'app', restart: 2, offset: 7, length: 3, file: 12 },
    [{ podKey: 'u', container: 'app', restart: 2, offset: 7, length: 3, file: '12', lines: 1 }],
  ],
  ['a log path', { path: '/var/log/pods/shop_cart_u/app/1.log' }, [{ podKey: 'u', container: 'app', restart: 1 }]],
  [
    'a name',
    { namespace: 'shop', pod: 'cart', container: 'app', cluster: 'eu' },
    [{ podKey: 'unresolved:eu/shop/cart', restart: -1 }],
  ],
  [
    'a link',
    { path: '/var/log/containers/cart_shop_app-0123456789abcdef.log' },
    [{ podKey: 'unresolved:/shop/cart', containerId: '0123456789abcdef' }],
  ],
  ['a container id', { containerId: 'containerd://0123456789ABCDEF' }, [{ podKey: 'container:0123456789ab' }]],
  ['a record that was cut', '{"podUid":"u","container":"app","restart":3,"message":"x', [{ podKey: 'u', restart: 3 }]],
  [
    'a batch',
    { cluster: 'eu', records: [{ pod: 'p', namespace: 'n' }, { podUid: 'u' }, { podUid: 'u' }] },
    [{ podKey: 'unresolved:eu/n/p' }, { podKey: 'u', lines: 2 }],
  ],
  ['lines', '{"podUid":"u"}\n{"podUid":"v"}', [{ podKey: 'u' }, { podKey: 'v' }]],
  ['a line of a node', { unit: 'kubelet.service', node: 'n' }, []],
  ['a range of Kafka', { topic: 'afterlog.logs', partition: 2, from: 1, to: 2 }, []],
  ['no record', '1', []],
])('whose lines: %s', (_, payload, lives) => {
  expect(life(payload)).toMatchObject(lives)
})

test('the letter that stands for many knows whose lines they were', () => {
  const rejects: Reject[] = []
  for (let index = 0; index < rejectsMax + 5; index++) {
    const payload = Buffer.from(JSON.stringify({ podUid: index % 2 === 0 ? 'even' : 'odd' }))
    addReject(rejects, () => ({ index, reason: 'bad-time', detail: '', payload }), true)
  }
  const last = rejects.at(-1)!
  expect(last.records).toBe(5)
  expect([...last.further!.values()]).toMatchObject([
    { podKey: 'odd', lines: 2 },
    { podKey: 'even', lines: 2 },
  ])
})
