import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyText } from '#test/support/any-text.ts'
import { parseLogPath } from '#shared/kubelet-path.ts'

const uid = '5b0c6f2e-8c1a-4d4c-9a52-0f5f4c1b7e10'
const staticUid = '9c1d6e0a4a5b4f0fa2b3c4d5e6f70819'
const id = 'a3f1'.repeat(16)
const log = {
  kind: 'pods',
  namespace: 'shop',
  pod: 'cart-7d9f',
  podUid: uid,
  container: 'app',
  restart: 2,
  rotated: undefined,
  gz: false,
}
const link = { kind: 'containers', namespace: 'shop', pod: 'cart-7d9f', container: 'app', containerId: id }

describe('a file under pods', () => {
  test.each<[string, object]>([
    [`/var/log/pods/shop_cart-7d9f_${uid}/app/2.log`, log],
    [`/host/var/log/pods/shop_cart-7d9f_${uid}/app/2.log`, log],
    [`/mnt/rescued disk/node_7/pods/shop_cart-7d9f_${uid}/app/2.log`, log],
    [`pods/shop_cart-7d9f_${uid}/app/2.log`, log],
    [`shop_cart-7d9f_${uid}/app/2.log`, log],
    [`/shop_cart-7d9f_${uid}/app/2.log`, log],
    [`/var/log/pods/shop_cart-7d9f_${uid}/app/2.log.20261123-101500`, { ...log, rotated: '20261123-101500' }],
    [`/var/log/pods/shop_cart-7d9f_${uid}/app/2.log.20261123-101500.gz`, { ...log, rotated: '20261123-101500', gz: true }],
    [`/var/log/pods/shop_cart-7d9f_${uid}/app/2.log.gz`, { ...log, gz: true }],
    [`/var/log/pods/shop_cart-7d9f_${uid}/app/0.log`, { ...log, restart: 0 }],
    [`/var/log/pods/shop_cart-7d9f_${uid}/app/12345.log`, { ...log, restart: 12345 }],
    [
      `/var/log/pods/kube-system_etcd-node-7_${staticUid}/etcd/1.log`,
      { ...log, namespace: 'kube-system', pod: 'etcd-node-7', podUid: staticUid, container: 'etcd', restart: 1 },
    ],
    [
      `/var/log/pods/a_b.example.com_${uid}/istio-proxy/0.log`,
      { ...log, namespace: 'a', pod: 'b.example.com', container: 'istio-proxy', restart: 0 },
    ],
    [
      `/var/log/pods/kube-system_web_my-own-uid.1/app/2.log`,
      { ...log, namespace: 'kube-system', pod: 'web', podUid: 'my-own-uid.1' },
    ],
  ])('%s is read', (path, expected) => {
    expect(parseLogPath(path)).toEqual(expected)
  })

  test.each([
    `/var/log/pods/shop_cart-7d9f_${uid}/app/2.log.tmp`,
    `/var/log/pods/shop_cart-7d9f_${uid}/app/2.log.20261123-101500.tmp`,
    `/var/log/pods/shop_cart-7d9f_${uid}/app/2.log.20261123-101500.gz.tmp`,
    `/var/log/pods/shop_cart-7d9f_${uid}/app/2.log.2026-11-23`,
    `/var/log/pods/shop_cart-7d9f_${uid}/app/2.log.1`,
    `/var/log/pods/shop_cart-7d9f_${uid}/app/02.log`,
    `/var/log/pods/shop_cart-7d9f_${uid}/app/-1.log`,
    `/var/log/pods/shop_cart-7d9f_${uid}/app/1234567890.log`,
    `/var/log/pods/shop_cart-7d9f_${uid}/app/.log`,
    `/var/log/pods/shop_cart-7d9f_${uid}/app/x.log`,
    `/var/log/pods/shop_cart-7d9f_${uid}/app/`,
    `/var/log/pods/shop_cart-7d9f_${uid}/app`,
    `/var/log/pods/shop_cart-7d9f_${uid}/2.log`,
    `/var/log/pods/shop_cart-7d9f/app/2.log`,
    `/var/log/pods/shop_cart-7d9f_${uid}_more/app/2.log`,
    `/var/log/pods/shop__${uid}/app/2.log`,
    `/var/log/pods/_cart_${uid}/app/2.log`,
    `/var/log/pods/shop_cart_/app/2.log`,
    `/var/log/pods/shop_cart-_${uid}/app/2.log`,
    `/var/log/pods/shop_Cart_${uid}/app/2.log`,
    `/var/log/pods/shop_cart_${uid}/my_app/2.log`,
    `/var/log/pods/shop_cart_${uid}/app\n/2.log`,
    `/var/log/pods/shop_cart_${uid}/app/2.log\n`,
    `/var/log/pods/shop_${'a'.repeat(254)}_${uid}/app/2.log`,
  ])('%s is not', (path) => {
    expect(parseLogPath(path)).toBeUndefined()
  })
})

describe('a link under containers', () => {
  test.each<[string, object]>([
    [`/var/log/containers/cart-7d9f_shop_app-${id}.log`, link],
    [`/host/logs/containers/cart-7d9f_shop_app-${id}.log`, link],
    [`cart-7d9f_shop_app-${id}.log`, link],
    [
      `/var/log/containers/a.b.c_kube-system_istio-proxy-2-${id}.log`,
      { ...link, pod: 'a.b.c', namespace: 'kube-system', container: 'istio-proxy-2' },
    ],
    [`/var/log/containers/cart-7d9f_shop_app-${id.slice(0, 20)}.log`, { ...link, containerId: id.slice(0, 20) }],
  ])('%s is read', (path, expected) => {
    expect(parseLogPath(path)).toEqual(expected)
  })

  test.each([
    `/var/log/containers/cart-7d9f_shop_app.log`,
    `/var/log/containers/cart-7d9f_shop_app-.log`,
    `/var/log/containers/cart-7d9f_shop_-${id}.log`,
    `/var/log/containers/cart-7d9f_shop_app-sidecar.log`,
    `/var/log/containers/cart-7d9f_app-${id}.log`,
    `/var/log/containers/cart-7d9f_shop_a_b-${id}.log`,
    `/var/log/containers/cart-7d9f_shop_app-${id}.log.1`,
    `/var/log/containers/cart-7d9f_shop_app-${id}`,
    `/var/log/containers/cart-7d9f_shop_app-${id.toUpperCase()}.log`,
    `/var/log/containers/cart-7d9f_shop_app-${'a'.repeat(129)}.log`,
  ])('%s is not', (path) => {
    expect(parseLogPath(path)).toBeUndefined()
  })
})

describe('whatever else is sent as a path', () => {
  test.each([
    '',
    '/',
    '.',
    '..',
    '///',
    '/var/log/kubelet.log',
    '/var/log/syslog',
    `/var/log/pods/../pods/shop_cart_${uid}/app/2.log`,
    `../shop_cart_${uid}/app/2.log`,
    `/var/log/./pods/shop_cart_${uid}/app/2.log`,
    `/var/log//pods/shop_cart_${uid}/app/2.log`,
    `//var/log/pods/shop_cart_${uid}/app/2.log`,
    `/var/log/pods/shop_cart_${uid}/../2.log`,
    `/var/log/pods/shop_cart_${uid}/app/2.log\0`,
    `/var\0/log/pods/shop_cart_${uid}/app/2.log`,
    `/${'a'.repeat(10_240)}/shop_cart_${uid}/app/2.log`,
    'a/'.repeat(5000),
    `\\var\\log\\pods\\shop_cart_${uid}\\app\\2.log`,
  ])('case %#: is no log path', (path) => {
    expect(parseLogPath(path)).toBeUndefined()
  })

  test('no text makes it throw', () => {
    fc.assert(fc.property(anyText(), (path) => void parseLogPath(path)))
  })

  test('what the kubelet builds is taken apart again, behind any prefix', () => {
    const label = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?$/)
    const prefix = fc.array(
      fc.stringMatching(/^[^/\0]{1,8}$/).filter((part) => part !== '.' && part !== '..'),
      { maxLength: 4 },
    )
    fc.assert(
      fc.property(
        prefix,
        label,
        label,
        fc.uuid(),
        label,
        fc.nat({ max: 999_999_999 }),
        fc.boolean(),
        (front, namespace, pod, podUid, container, restart, gz) => {
          const path = [
            '',
            ...front,
            `${namespace}_${pod}_${podUid}`,
            container,
            `${restart}.log${gz ? '.20261123-101500.gz' : ''}`,
          ].join('/')
          expect(parseLogPath(path)).toEqual({
            kind: 'pods',
            namespace,
            pod,
            podUid,
            container,
            restart,
            rotated: gz ? '20261123-101500' : undefined,
            gz,
          })
        },
      ),
    )
  })

  test('a hostile length costs no more than its length', () => {
    const started = performance.now()
    for (let i = 0; i < 1000; i++) parseLogPath(`/var/log/pods/${'a-'.repeat(1900)}_/x/0.log`)
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
