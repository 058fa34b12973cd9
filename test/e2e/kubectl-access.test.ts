// What the real kubectl asks about the server itself: what it may do there, where it is, which schemas it has.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { missing, openClient, type Client } from '#test/support/kubectl.ts'
import { startTestService, type TestService } from '#test/support/service.ts'
import { skipOrFail } from '#test/support/skip-or-fail.ts'

const lacking = missing('kubectl')
if (lacking !== undefined) skipOrFail('kubectl asks what it may do', lacking)

describe.skipIf(lacking !== undefined)('kubectl asks what it may do', () => {
  let service: TestService
  let kubectl: Client
  beforeAll(async () => {
    service = await startTestService()
    kubectl = await openClient('kubectl', service.url)
  })
  afterAll(async () => {
    await kubectl?.[Symbol.asyncDispose]()
    await service?.[Symbol.asyncDispose]()
  })

  const ok = async (...args: string[]): Promise<Buffer> => {
    const { code, stdout, stderr } = await kubectl.run(...args)
    expect(code, stderr).toBe(0)
    return stdout
  }

  test('auth can-i: reading is allowed, changing is not, and so says the list', async () => {
    for (const args of [
      ['list', 'pods'],
      ['get', 'pods', '--subresource=log'],
      ['watch', 'deployments.apps', '-n', 'shop'],
      ['get', '/version'],
    ])
      expect((await ok('auth', 'can-i', ...args)).toString(), args.join(' ')).toMatch(/^yes/)
    for (const args of [
      ['delete', 'pods'],
      ['create', 'pods', '--subresource=exec'],
      ['*', '*'],
    ]) {
      const { code, stdout } = await kubectl.run('auth', 'can-i', ...args)
      expect([code, stdout.toString()], args.join(' ')).toEqual([1, expect.stringMatching(/^no/)])
    }
    expect((await ok('auth', 'can-i', '--list', '--no-headers')).toString()).toMatch(/^pods\/log .*\[get\]$/m)
  })

  test('cluster-info names the server; explain says where schemas are', async () => {
    expect((await ok('cluster-info')).toString()).toContain('is running at')
    const { code, stderr } = await kubectl.run('explain', 'pods')
    expect([code, stderr]).toEqual([1, expect.stringContaining('Afterlog has no schemas of Kubernetes')])
  })
})
