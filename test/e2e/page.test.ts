// The page in a real browser, over the demo: what an engineer on call does, by mouse and by keyboard alone; no view breaks
// a rule of WCAG 2.2 AA; what pods say runs nothing; and all of it works behind the path of a proxy.
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible, missingBrowser, openPage, startBrowser } from '#test/support/browser.ts'
import { startDemo, type Demo } from '#test/support/demo-process.ts'
import { skipOrFail } from '#test/support/skip-or-fail.ts'

if (missingBrowser !== undefined) skipOrFail('the page in a browser', missingBrowser)

describe.skipIf(missingBrowser !== undefined)('the page', () => {
  let temporary: string
  let demo: Demo
  let browser: Browser
  let url: string
  beforeAll(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'afterlog-page-'))
    demo = startDemo({ temporary })
    browser = await startBrowser()
    const output = await demo.until('Serving until Ctrl-C.')
    url = /Listening on (\S+) /.exec(output)![1]!
  })
  afterAll(async () => {
    await browser?.close()
    await demo?.[Symbol.asyncDispose]()
    await rm(temporary, { recursive: true, force: true })
  })

  const evicted = 'shop/search-indexer-0'

  test('one click from home: why the indexer died, its last words, and whether any line is missing', async () => {
    const { page, troubles } = await openPage(browser)
    await page.goto(url)
    await page.locator('.death', { hasText: 'evicted' }).getByRole('link', { name: evicted }).click()
    await page.getByRole('heading', { name: evicted }).waitFor()
    expect(await page.locator('.cause').first().textContent()).toContain('evicted by the kubelet')
    await page.getByText('offset not committed, these changes will be read again').waitFor()
    expect(await page.locator('.seal').first().textContent()).toContain('220 lines, none known to be missing')
    expect(troubles).toEqual([])
  })

  test('by keyboard alone: a death of the list, its first error, its last words, and another pod by its uid', async () => {
    const { page, troubles } = await openPage(browser)
    await page.goto(url)
    await page.locator('.death').first().waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'shop/cart-7d9f8b6c5-x2x9k' }).waitFor()
    await page.getByText('Node.js v24.11.0').last().waitFor()
    await page.keyboard.press('f')
    await page.locator('.line.is-named', { hasText: 'cannot restore sessions' }).waitFor()
    expect(new URL(page.url()).searchParams.get('at')).toMatch(/^\d{4}-\d\d-\d\dT/)
    await page.keyboard.press('[')
    await page.getByText('life 2 begins').waitFor()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('a2c8d0')
    await page.locator('.results a').waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: evicted }).waitFor()
    expect(troubles).toEqual([])
  })

  test('the list narrows to what is clicked, the address says so, and a fault is one entry', async () => {
    const { page, troubles } = await openPage(browser)
    await page.goto(url)
    await page.locator('.death').getByRole('link', { name: 'node-3' }).first().click()
    await page.getByRole('listitem').filter({ hasText: 'node node-3' }).first().waitFor()
    await expect.poll(() => page.locator('.death').count()).toBe(2)
    expect(new URL(page.url()).search).toBe('?node=node-3')
    await page.getByRole('button', { name: 'Without node node-3' }).click()
    await page.getByRole('checkbox', { name: 'evicted' }).check()
    await expect.poll(() => page.locator('.death').count()).toBe(1)
    await page.locator('.death', { hasText: 'replaced by' }).waitFor()
    await page.getByRole('checkbox', { name: 'evicted' }).uncheck()
    await expect.poll(() => page.locator('.death').count()).toBe(8)
    const bars = (await page.locator('.bars').boundingBox())!
    await page.mouse.move(bars.x + 2, bars.y + 30)
    await page.mouse.down()
    await page.mouse.move(bars.x + bars.width / 4, bars.y + 30, { steps: 4 })
    await page.mouse.up()
    await expect.poll(() => page.locator('.death').count()).toBe(2)
    await page.getByRole('textbox', { name: 'From' }).fill('-30d')
    await page.getByRole('textbox', { name: 'To' }).fill('')
    await page.keyboard.press('Enter')
    await expect.poll(() => new URL(page.url()).search).toBe('?from=-30d')
    await page.getByRole('button', { name: 'All' }).click()
    await page.getByRole('button', { name: 'By fault' }).click()
    await page.getByText('2 deaths').first().waitFor()
    expect(new URL(page.url()).search).toBe('?group=fingerprint')
    expect(troubles).toEqual([])
  })

  test.each([
    ['light', 1360],
    ['dark', 1360],
    ['light', 390],
  ] as const)('no view breaks a rule of WCAG 2.2 AA, nor is wider than the screen: %s, %d px', async (colorScheme, width) => {
    const { page, troubles } = await openPage(browser, { colorScheme, viewport: { width, height: 844 } })
    for (const path of [
      '/',
      '/deaths?group=fingerprint',
      '/deaths?namespace=nobody',
      '/pods/a2c8d0',
      '/pods/nobody',
      '/logs?q=error',
    ]) {
      await page.goto(`${url}${path}`)
      await page.locator('.death, .line, .state.nothing, .state.failure').first().waitFor()
      await expectAccessible(page)
      expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, width])
    }
    await page.goto(url)
    await page.locator('.death').first().waitFor()
    for (const key of ['?', 'Control+k']) {
      await page.keyboard.press(key)
      await page.getByRole('dialog').waitFor()
      await expectAccessible(page)
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
    expect(troubles.filter((text) => !text.includes('404'))).toEqual([])
  })

  test('logs: a search by keys finds the lines, a mistake is named, and lines are counted', async () => {
    const { page, troubles } = await openPage(browser)
    await page.goto(url)
    await page.locator('.death').first().waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('l')
    await page.locator('.line').first().waitFor()
    await page.locator('.cm-content').click()
    await page.keyboard.type('"gave up after" -nothing')
    await page.keyboard.press('Enter')
    await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe('"gave up after" -nothing')
    await page.locator('.line', { hasText: 'waiting for the heap' }).first().waitFor()
    await page.locator('.line', { hasText: 'checkout-5f4b8d7c6-k8wq2' }).first().waitFor()
    await page.goto(`${url}/logs?q=%28refused`)
    await page.getByRole('alert').first().waitFor()
    await page.goto(`${url}/logs?q=refused`)
    await page
      .getByText(/^\d+ lines?/)
      .first()
      .waitFor()
    expect(troubles.filter((text) => !text.includes('400'))).toEqual([])
  })

  test('what a pod says runs nothing, hides nothing and keeps its row', async () => {
    const { page, troubles } = await openPage(browser)
    const messages = [
      `<img src=x onerror="alert(1)"><script>alert(2)</script>`,
      '\u001b[31mred\u001b[0m \u001b[2Jgone?\u0007',
      'access\u202egnp.exe \u2066x\u2069',
      'a'.repeat(1_000_000),
    ]
    const records = messages.map((message, i) => ({
      time: `${Date.now() + i}000000`,
      namespace: 'shop',
      pod: '<b>hostile</b>',
      podUid: 'hostile-1',
      container: '"><script>alert(3)</script>',
      message,
    }))
    const posted = await fetch(`${url}/v1/batches`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ records }),
    })
    expect([posted.status, await posted.json()]).toMatchObject([200, { accepted: 4 }])
    await page.goto(`${url}/pods/hostile-1`)
    await page.locator('.line').first().waitFor()
    const text = await page.locator('.stream').textContent()
    expect(text).toContain(messages[0])
    expect(text).toContain('ESC[2Jgone?U+0007')
    expect(text).toContain('accessRLOgnp.exe')
    expect(text).toContain('more characters')
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(1360)
    expect(await page.locator('.ansi-fg-1').textContent()).toBe('red')
    expect(troubles).toEqual([])
  })

  test('a death that becomes known comes into the open list by itself', async () => {
    const { page, troubles } = await openPage(browser)
    await page.goto(`${url}/deaths?namespace=live`)
    await page.getByText('Nobody died badly').waitFor()
    const object = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'late-0',
        namespace: 'live',
        uid: 'late-0-uid',
        creationTimestamp: new Date(Date.now() - 60_000).toISOString(),
      },
      spec: { nodeName: 'node-1', containers: [{ name: 'app', image: 'registry.example/app:1' }] },
      status: {
        phase: 'Failed',
        reason: 'Evicted',
        message: 'The node was low on resource: memory.',
        startTime: new Date(Date.now() - 50_000).toISOString(),
      },
    }
    const posted = await fetch(`${url}/v1/lifecycle`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'MODIFIED', object }),
    })
    expect([posted.status, await posted.json()]).toMatchObject([200, { accepted: 1 }])
    await page.locator('.death', { hasText: 'late-0' }).waitFor()
    expect(troubles).toEqual([])
  })

  test('behind a path of a proxy, which takes it away, every view and link works', async () => {
    const target = new URL(url)
    const proxy = createServer((incoming, answer) => {
      if (!incoming.url!.startsWith('/logs-of/dead/')) return answer.writeHead(404).end()
      const path = incoming.url!.slice('/logs-of/dead'.length)
      const headers = { ...incoming.headers, host: target.host }
      const asked = request({ host: target.hostname, port: target.port, path, method: incoming.method, headers }, (from) => {
        answer.writeHead(from.statusCode!, from.headers)
        from.pipe(answer)
      })
      return incoming.pipe(asked)
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    try {
      const base = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/logs-of/dead/`
      const { page, troubles } = await openPage(browser)
      await page.goto(base)
      await page.locator('.death', { hasText: 'evicted' }).getByRole('link', { name: evicted }).click()
      await page.locator('.line').first().waitFor()
      expect(page.url().startsWith(`${base}pods/`)).toBe(true)
      await page.reload()
      await page.locator('.line').first().waitFor()
      expect(troubles).toEqual([])
    } finally {
      proxy.close()
      proxy.closeAllConnections()
    }
  })
})
