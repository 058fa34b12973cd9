// Payloads that name a life in a way that no record should: each keeps that life from being sealed, and a record that
// is right keeps no other.
import { expect, test } from 'vitest'
import { livesOfPayload } from '#ingest/normalise/refused-lives.ts'

const uid = '7b0f8a4e-6c1f-4a53-9f55-0d4a3c6e9b11'
const id = 'ab'.repeat(32)
const path = `/var/log/pods/shop_cart_${uid}/app/2.log`
const link = `cart_shop_app-${id}.log`
const record = { time: 't', path, message: 'x' }
const any = ''

const livesOf = (payload: unknown, isCut = false) => {
  const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
  return livesOfPayload(bytes, 'eu', isCut)
}
const keysOf = (payload: unknown, isCut = false): string[] => livesOf(payload, isCut).map(({ podKey }) => podKey)

test.each<[string, unknown, string[]]>([
  ['a record in a string', JSON.stringify(JSON.stringify(record)), [uid]],
  ['records in strings', { records: [JSON.stringify(record), JSON.stringify({ podUid: 'v' })] }, [uid, 'v']],
  ['batches and arrays in each other', [[[[[[{ records: [{ records: [record] }] }]]]]]], [uid]],
  ["a path of docker's", { path: `/var/lib/docker/containers/${id}/${id}-json.log` }, ['container:abababababab']],
  ['the scope of a container', { containerId: `cri-containerd-${id}.scope` }, ['container:abababababab']],
  ["the path of a pod's volumes", { path: `/var/lib/kubelet/pods/${uid}/volumes` }, [uid]],
  ['two records on a line', '{"podUid":"a","message":"x"} {"podUid":"b","message":"y"}', ['a', 'b']],
  ['a record in UTF-16', Buffer.from(`\ufeff${JSON.stringify(record)}`, 'utf16le'), [uid]],
  ['in UTF-16 of the other order', Buffer.from(`\ufeff${JSON.stringify(record)}`, 'utf16le').swap16(), [uid]],
  ['in UTF-16 without a mark', Buffer.from(JSON.stringify(record), 'utf16le'), [uid]],
  ['NULs in names', '{"podUid\0":"u\0"}', ['u']],
  ['a byte order mark', '\ufeff{"podUid":"u"}', ['u']],
  ['escaped keys', '{"\\u0070odUid":"u"}', ['u']],
  ['quotes that are single', "{'podUid':'u','ok':None}", ['u']],
  ['keys without quotes', "{podUid:'u',message:'m'}", ['u']],
  ['a comment', '{/* of "us" */ "podUid":"u"}', ['u']],
  ['something in front', '<14>Nov 23 host x: {"podUid":"u"}', ['u']],
  ['capitals', { podUid: uid.toUpperCase() }, [uid.toUpperCase(), uid]],
  ['white space', { podUid: ' u\n' }, [' u\n', 'u']],
  ['a uid in a word', { podUid: `pod${uid}` }, [`pod${uid}`, uid]],
  ['a uid that is there twice', '{"podUid":"u","podUid":"v"}', ['u', 'v']],
  ['keys in another case', { PodUid: 'u' }, ['u']],
  ['keys with underscores', { pod_uid: 'u' }, ['u']],
  ['keys of OpenTelemetry', { attributes: { 'k8s.pod.uid': 'u' } }, ['u']],
  ['keys of Elastic', { kubernetes: { pod: { uid: 'u', name: 'p' }, namespace: 'n' } }, ['u']],
  ['a record in a record', { log: { podUid: 'u' } }, ['u']],
  ['a path of Windows', { path: `C:\\var\\log\\pods\\shop_cart_${uid}\\app\\0.log` }, [uid]],
  ['a path with percent signs', { path: path.replaceAll('_', '%5F') }, [uid]],
  ['a URL', { path: `file://${path}?x=1` }, [uid]],
  ['a tag of an agent', { tag: `kube.var.log.containers.${link}` }, ['unresolved:eu/shop/cart', 'container:abababababab']],
  [
    'a uid that was cut, beside a name',
    { podUid: uid.slice(0, 12), namespace: 'n', pod: 'p' },
    [uid.slice(0, 12), 'unresolved:eu/n/p'],
  ],
  [
    'a path with a uid that was cut in two',
    { path: path.replace('-4a53', '/4a53') },
    [uid.slice(0, 13), 'unresolved:eu/shop/cart'],
  ],
  ['lines of which one is broken', '{"podUid":"a"}\n{"podUid":"b" oops}\n{"podUid":"c"}', ['a', 'b', 'c']],
  ['quotes in the text', '{"message":"he said "podUid":"x" y","podUid":"u"}', ['x', 'u']],
])('names in %s are names', (_, payload, keys) => {
  expect(keysOf(payload)).toEqual(keys)
})

test.each<[string, unknown, string]>([
  ['a string in a string that ends early', JSON.stringify(JSON.stringify(record)).slice(0, -1), uid],
  ['a path that ends early', path.slice(0, 35), any],
  ['a record that ends in its path', `{"time":"t","path":"${path.slice(0, 35)}`, 'unresolved:eu/shop/cart'],
  ['a record that ends in its uid', `{"time":"t","podUid":"${uid.slice(0, 9)}`, any],
  ['a record that ends in a number', '{"namespace":"n","pod":"p","restart":1', 'unresolved:eu/n/p'],
  ['a batch that ends early', '{"records":[{"podUid":"u"},{"podUid":"v","mess', 'v'],
  ['a second record that ends early', '{"podUid":"a","message":"x"} {"message":"y","podU', 'a'],
  ['a line of logfmt', 'time=t pod_uid=u msg="x"', 'u'],
  ['a raw line', `2026-11-23T10:00:00Z stdout F hello ${uid}`, uid],
  ['a comma too many', '{"podUid":"u",}', 'u'],
  ['a comma that is missing', '{"podUid":"u" "message":"x"}', 'u'],
  ['a row of a table', `t,${uid},app,hello`, uid],
  ['an element of XML', `<podUid>${uid}</podUid>`, uid],
  ['words', 'garbage', any],
  ['words in a batch', { records: ['garbage'] }, any],
  ['a uid that is an object', { podUid: {} }, any],
  ['a uid that is true', { podUid: true }, any],
  ['a uid that was cut', { podUid: uid.slice(0, 12) }, any],
  ['a container id with more around it', { containerId: 'docker-0123456789ab' }, any],
  ['a name that a quote cuts', '{"namespace":"shop","pod":"ca"rt","cluster":"eu"}', 'unresolved:eu/shop/ca'],
  ['a path of Windows with single backslashes', `{"path":"C:\\pods\\shop_cart_u\\app"}`, 'u'],
  ['a path with a control character', { path: path.replace('app', 'a\np') }, uid],
  ['a name with a control character', { namespace: 'shop', pod: 'car\n' }, 'unresolved:eu/shop/car'],
  ['a uid that a quote cuts', `{"podUid":"${uid.slice(0, 7)}"${uid.slice(8)}","message":"x"}`, any],
  ['a name that a quote cuts, at the end', '{"podUid":"u","container":"ap""}', 'u'],
  ['a namespace alone', { namespace: 'n', container: 'c' }, any],
  ['a name of a cluster that cannot be read', { cluster: {}, namespace: 'n', pod: 'p' }, 'unresolved:eu/n/p'],
  ['a path that ends in its names, in a record', { path: '/var/log/pods/shop_cart' }, any],
])('of %s nobody knows surely whose it was', (_, payload, key) => {
  expect(keysOf(payload)).toEqual(expect.arrayContaining([any, key]))
})

test.each<[string, unknown, string[]]>([
  ['names in its text', { podUid: 'u', message: `${uid} podUid=x {"podUid":"y"} ${path}` }, ['u']],
  ['names in its text alone', { time: 't', message: `${uid} podUid=x ${path}` }, []],
  ['names in a text that is JSON', { log: JSON.stringify({ podUid: 'x' }) }, []],
  ['the path of a file of the node', { path: '/var/log/syslog', cri: 'x' }, []],
  ['names in a line of the node', { unit: 'kubelet.service', attributes: { podUID: uid } }, []],
])('a record that is right, with %s, is of nobody else', (_, payload, keys) => {
  expect(keysOf(payload)).toEqual(keys)
})

test.each<[string, unknown, object]>([
  ['a container with spaces', { podUid: 'u', container: ' app ', restart: 1 }, { container: '', restart: 1 }],
  ['a container in capitals', { podUid: 'u', container: 'APP' }, { container: '' }],
  ['two containers', '{"podUid":"u","container":"a","container":"b"}', { container: '' }],
  ['two numbers', { path, restart: 3 }, { restart: -1 }],
  ['two places', '{"podUid":"u","offset":1,"offset":2}', { offset: -1 }],
  ['an id that is none', { podUid: 'u', container: 'app', containerId: 'not the id' }, { containerId: '' }],
  ['a broken record', '{"podUid":"u","container":"a","restart":1,"message":"x" y}', { container: '', restart: -1 }],
])('which life of a pod is meant is not told by %s', (_, payload, life) => {
  expect(livesOf(payload)).toMatchObject([life])
})

test('what was cut of a payload may have had other records, unless it is one that says whose it is', () => {
  expect(keysOf('{"podUid":"u","message":"{\\"a\\"', true)).toEqual(['u'])
  expect(keysOf('{"podUid":"u","message":"x"}', true)).toEqual(['u', any])
  expect(keysOf('{"podUid":"u","message":"x"}\n{"podUid":"v"', true)).toEqual(['u', 'v', any])
  expect(keysOf('[{"podUid":"u","mess', true)).toEqual(['u', any])
  expect(keysOf('{"message":"x', true)).toEqual([any])
})

const pieces = ['a', '"', '{', '[', '{}', '{},', '"x",', 'x\n', '{"podUid":"u" x}\n', 'pod:', 'pod:"', "pod='a ", '0', '_']
const others = ['/a_b_c', '\\', '\\"', '\0', ' ', '%41', '} ', `a${' '.repeat(1000)}`, `${uid} `, '\\u0041']

test.each(pieces.concat(others))('30 MB of %j are read within bounds', (piece) => {
  const payload = Buffer.alloc(30_000_000, piece)
  const startedMs = performance.now()
  expect(livesOf(payload).length).toBeLessThan(1100)
  // 0.2 s on a machine with nothing else to do; a minute where a search goes back for each character.
  expect(performance.now() - startedMs).toBeLessThan(3000)
})
