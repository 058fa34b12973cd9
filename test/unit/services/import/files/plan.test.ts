import { describe, expect, test } from 'vitest'
import { growthOf } from '#test/support/growth.ts'
import type { Entry } from '../../../../../services/import/files/log-file.ts'
import { planImport } from '../../../../../services/import/files/plan.ts'

const uid = '5b0c6f2e-8c1a-4d4c-9a52-0f5f4c1b7e10'
const id = 'a3f1'.repeat(16)
const pod = `var/log/pods/shop_cart_${uid}/app`
const file = (path: string): Entry => ({ path, kind: 'file', bytes: 10, mtimeMs: 0 })
const link = (path: string, target: string): Entry => ({ path, kind: 'link', bytes: 0, mtimeMs: 0, target })
const plan = (...entries: Entry[]) => planImport({ entries, problems: [], hostname: '' }, '/rescue')
const paths = (...entries: Entry[]) => plan(...entries).files.map((planned) => planned.entry.path)

describe('what is read', () => {
  test('files of one container come oldest first: restarts upwards, rotated by their time, the live one last', () => {
    const order = [
      `${pod}/0.log.20261122-080000.gz`,
      `${pod}/0.log`,
      `${pod}/1.log.20261123-080000.gz`,
      `${pod}/1.log.20261123-090000`,
      `${pod}/1.log`,
      `${pod}/10.log`,
    ]
    expect(paths(...order.toReversed().map(file))).toEqual(order)
  })

  test('the end is told of rotated files and of those of earlier restarts, not of the newest nor of what may have had one before', () => {
    const names = ['0.log', '1.log.20261123-080000.gz', '1.log.20261123-090000', '1.log', '2.log.20261123-100000', '2.log']
    const planned = plan(...names.map((name) => file(`${pod}/${name}`)))
    expect(planned.files.map(({ finished }) => finished)).toEqual([true, false, true, true, false, false])
  })

  test('the path that is sent does not change when a file is rotated', () => {
    const sent = plan(file(`${pod}/1.log.20261123-090000.gz`), file(`${pod}/1.log`)).files
    expect(new Set(sent.map((planned) => planned.kind === 'pod' && planned.path))).toEqual(
      new Set([`/var/log/pods/shop_cart_${uid}/app/1.log`]),
    )
  })

  test("the node's own logs are read behind the containers', oldest first", () => {
    expect(
      paths(file('var/log/kubelet.log'), file('var/log/kubelet.log.2.gz'), file('var/log/kubelet.log.1'), file(`${pod}/0.log`)),
    ).toEqual([`${pod}/0.log`, 'var/log/kubelet.log.2.gz', 'var/log/kubelet.log.1', 'var/log/kubelet.log'])
  })

  test('a file left both compressed and not is read once', () => {
    const planned = plan(file(`${pod}/0.log.20261123-090000`), file(`${pod}/0.log.20261123-090000.gz`))
    expect(planned.files.map(({ entry }) => entry.path)).toEqual([`${pod}/0.log.20261123-090000`])
    expect(planned.notRead).toMatchObject([{ count: 1, example: `${pod}/0.log.20261123-090000.gz` }])
  })
})

describe('links under containers', () => {
  const name = `var/log/containers/cart_shop_app-${id}.log`

  test('a link whose target is here adds nothing but the container id, to every file of that life', () => {
    const planned = plan(
      link(name, `/var/log/pods/shop_cart_${uid}/app/1.log`),
      file(`${pod}/0.log`),
      file(`${pod}/1.log.20261123-090000`),
      file(`${pod}/1.log`),
    )
    expect(planned.files.map((found) => found.kind === 'pod' && found.containerId)).toEqual([undefined, id, id])
    expect(planned).toMatchObject({ linksFollowed: 1, notRead: [] })
  })

  test('a link to nothing is listed, not read', () => {
    const planned = plan(link(name, `/var/log/pods/shop_cart_${uid}/app/1.log`))
    expect(planned.files).toEqual([])
    expect(planned.notRead).toMatchObject([{ reason: 'links whose target is not in this tree', count: 1 }])
  })

  test('a regular file there is read by what its name says', () => {
    expect(plan(file(name)).files).toMatchObject([
      { kind: 'pod', path: `/${name}`, log: { kind: 'containers', containerId: id } },
    ])
  })

  test("Docker's files are read once, by the name of the link under pods", () => {
    const docker = `var/lib/docker/containers/${id}/${id}-json.log`
    const planned = plan(file(docker), link(name, `/var/log/pods/shop_cart_${uid}/app/0.log`), link(`${pod}/0.log`, `/${docker}`))
    expect(planned.files).toMatchObject([{ entry: { path: docker }, log: { kind: 'pods', podUid: uid }, containerId: id }])
    expect(planned).toMatchObject({ linksFollowed: 2, notRead: [] })
  })

  test.each(['/etc/shadow', '../../../../../etc/shadow', '../auth.log', '/var/log/auth.log', `/${name}`])(
    'a link to %s makes no container say it',
    (target) => {
      expect(plan(link(name, target), file('var/log/auth.log')).files).toEqual([])
    },
  )
})

test('everything that is not read is counted under a reason', () => {
  const planned = plan(
    file('var/log/journal/0f/system.journal'),
    file('var/log/journal/0f/user-1000.journal'),
    file('var/log/auth.log'),
    file(`${pod}/0.log.tmp`),
    file(`var/log/pods/what/is/this`),
    { ...file('var/log/pipe'), kind: 'other' },
  )
  expect(planned.files).toEqual([])
  expect(planned.notRead.map(({ count }) => count).toSorted((a, b) => a - b)).toEqual([1, 1, 1, 1, 2])
  expect(planned.notRead.find(({ reason }) => reason.includes('journal'))).toMatchObject({
    count: 2,
    example: 'var/log/journal/0f/system.journal',
  })
})

test('what sorting entries costs grows as they do', () => {
  const entries = (count: number) => Array.from({ length: count }, (_, i) => file(`var/log/pods/shop_p${i}_${uid}/app/0.log`))
  expect(plan(...entries(48_000)).files).toHaveLength(48_000)
  expect(growthOf(6000, entries, (some) => plan(...some))).toBeLessThan(30)
})
