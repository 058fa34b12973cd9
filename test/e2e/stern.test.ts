// The real stern against a real service: every pod, every container, every line, whoever is dead.
import { rm } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { fixture } from '#test/support/kubernetes.ts'
import { apiTenant } from '#test/support/kubernetes-api.ts'
import { missing, openClient } from '#test/support/kubectl.ts'
import { migratedDataDir } from '#test/support/migrated-data-dir.ts'
import { spawnService } from '#test/support/service-process.ts'
import { skipOrFail } from '#test/support/skip-or-fail.ts'

const lacking = missing('stern')
if (lacking !== undefined) skipOrFail('stern reads the dead', lacking)

const dead = { name: 'thumbs-5f6b7c8d9-j4h5g', uid: '5b0c0004-7d1e-4f2a-9b3c-000000000004' }
const line = (i: number, text: string, ms = Date.UTC(2026, 10, 23, 10)) => `${new Date(ms + i).toISOString()} stdout F ${text}`
const template = '{{.PodName}} {{.ContainerName}} {{.Message}}{{"\\n"}}'
const args = ['-n', 'shop', '.', '--color=never', '--only-log-lines', '--since=876000h', '--template', template]

test.skipIf(lacking !== undefined)('stern reads the dead, and follows the living', { timeout: 120_000 }, async () => {
  const dataDir = migratedDataDir('afterlog-stern-')
  await using service = spawnService({ dataDir, env: { AFTERLOG_RETENTION: 'default=3650d' } })
  try {
    const url = await service.serving
    const k8s = apiTenant(url, 'default')
    await k8s.tell(fixture('pod-evicted-disk'), fixture('pod-replacement'), fixture('watch-deleted-healthy'))
    const thumbs = Array.from({ length: 50 }, (_, i) => `thumb ${i} <b>&amp;</b>`)
    await k8s.say(`/var/log/pods/shop_${dead.name}_${dead.uid}/app/0.log`, ...thumbs.map((text, i) => line(i, text)))
    await k8s.say('/var/log/pods/shop_web-0_5b0c0007-7d1e-4f2a-9b3c-000000000007/app/0.log', line(1, 'of old'))
    await k8s.say('/var/log/pods/shop_only-lines_aaaa/app/0.log', line(2, 'nobody told of me'))
    const live = '/var/log/pods/shop_web-0_5b0c0008-7d1e-4f2a-9b3c-000000000008/app/0.log'
    await k8s.say(live, line(3, 'of now'))
    const told = [
      ...thumbs.map((text) => `${dead.name} app ${text}`),
      'web-0.5b0c0007 app of old',
      'only-lines app nobody told of me',
      'web-0 app of now',
    ].toSorted()
    await using stern = await openClient('stern', url)

    const { code, stdout, stderr } = await stern.run(...args, '--no-follow')
    expect([code, stdout.toString().trimEnd().split('\n').toSorted()], stderr).toEqual([0, told])

    const following = stern.start(...args)
    await expect.poll(() => following.stdout().trimEnd().split('\n').toSorted(), { timeout: 30_000 }).toEqual(told)
    await k8s.say(live, line(0, 'just now', Date.now()))
    await expect.poll(following.stdout, { timeout: 30_000 }).toContain('web-0 app just now\n')
    // A pod that is born while it looks.
    await k8s.tell(fixture('pod-replacement', (pod) => Object.assign(pod['metadata'], { name: 'born', uid: 'born' })))
    await k8s.say('/var/log/pods/shop_born_born/app/0.log', line(0, 'hello', Date.now()))
    await expect.poll(following.stdout, { timeout: 30_000 }).toContain('born app hello\n')
    following.stop()
    await following.done
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
})
