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
  ['a name, where the uid is a number', { podUid: 5, namespace: 'shop', pod: 'cart' }, [{ podKey: 'unresolved:/shop/cart' }]],
  [
    'a uid, where other names are numbers',
    { podUid: 'u', pod: 7, container: 7, containerId: 7 },
    [{ podKey: 'u', container: '', containerId: '' }],
  ],
  ['nobody, where the name of the pod is a number', { namespace: 'shop', pod: 7 }, [{ podKey: '' }]],
  [
    'anybody, where that of the namespace is one',
    { namespace: 7, pod: 'cart' },
    [{ podKey: 'unresolved://cart' }, { podKey: '' }],
  ],
  ['a record that was cut', '{"podUid":"u","container":"app","restart":3,"message":"x', [{ podKey: 'u', restart: 3 }]],
  [
    'a batch',
    { cluster: 'eu', records: [{ pod: 'p', namespace: 'n' }, { podUid: 'u' }, { podUid: 'u' }] },
    [{ podKey: 'unresolved:eu/n/p' }, { podKey: 'u', lines: 2 }],
  ],
  ['lines', '{"podUid":"u"}\n{"podUid":"v"}', [{ podKey: 'u' }, { podKey: 'v' }]],
  [
    'a batch with lines of one life at two places, which only the whole letter has',
    {
      records: [
        { podUid: 'u', offset: 0 },
        { podUid: 'u', offset: 9 },
        { podUid: 'v', offset: 3 },
      ],
    },
    [
      { podKey: 'u', offset: -1, lines: 2 },
      { podKey: 'v', offset: 3, lines: 1 },
    ],
  ],
  [
    'a path without the number',
    { path: '/var/log/pods/shop_cart_u/app/x.log' },
    [{ podKey: 'u', container: 'app', restart: -1 }],
  ],
  ['a path that ends early', { path: '/var/log/pods/shop_cart_u' }, [{ podKey: 'u', container: '' }]],
  ['a path without a uid', { path: '/var/log/pods/shop_cart_/app/0.log' }, [{ podKey: 'unresolved:/shop/cart', restart: 0 }]],
  [
    'a link that ends otherwise',
    { path: '/var/log/containers/cart_shop_app-0123456789abcdef.txt' },
    [{ podKey: 'unresolved:/shop/cart', container: 'app', containerId: '0123456789abcdef' }],
  ],
  [
    'a uid somewhere in a path',
    { path: '/data/7b0f8a4e-6c1f-4a53-9f55-0d4a3c6e9b11/out' },
    [{ podKey: '7b0f8a4e-6c1f-4a53-9f55-0d4a3c6e9b11' }],
  ],
  [
    'a path that is too long',
    { path: `${'/x'.repeat(3000)}/pods/shop_cart_u/app/1.log` },
    [{ podKey: 'u', container: 'app', restart: 1 }],
  ],
  ['fields beside a bad path', { path: 'x', podUid: 'u', restart: '2' }, [{ podKey: 'u', restart: 2 }]],
  ['a pod without its namespace', { pod: 'cart' }, [{ podKey: 'unresolved://cart', container: '' }]],
  [
    'metadata of an agent',
    { log: 'x', kubernetes: { pod_id: 'u', container_name: 'app', docker_id: 'abc' } },
    [{ podKey: 'u', container: 'app', containerId: 'abc' }],
  ],
  [
    'a uid that may be wrong',
    { podUid: '{uid}', namespace: 'shop', pod: 'cart' },
    [{ podKey: '{uid}' }, { podKey: 'unresolved:/shop/cart' }],
  ],
  ['numbers that are none', { podUid: 'u', restart: 3_000_000_000, offset: 0.5 }, [{ podKey: 'u', restart: -1, offset: -1 }]],
  ['a uid of half a character', { podUid: 'u\ud800', pod: 'p', namespace: 'n' }, [{ podKey: 'unresolved:/n/p' }]],
  ['arrays in each other', `${'['.repeat(100_000)}{"podUid":"u"}${']'.repeat(100_000)}`, [{ podKey: 'u' }]],
  ['a string in arrays', `${'['.repeat(100_000)}"x"${']'.repeat(100_000)}`, [{ podKey: '' }]],
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

test('behind many lives of one body, a line stands for any life', () => {
  const rejects: Reject[] = []
  const lives = 21_000
  for (let index = 0; index < rejectsMax + lives; index++) {
    const payload = Buffer.from(`{"podUid":"u${index}"}`)
    addReject(rejects, () => ({ index, reason: 'bad-time', detail: '', payload }), true)
  }
  const further = [...rejects.at(-1)!.further!.values()]
  expect(further.filter(({ podKey }) => podKey !== '')).toHaveLength(20_000)
  expect(further.find(({ podKey }) => podKey === '')).toMatchObject({ restart: -1, lines: lives - 1 - 20_000 })
})
