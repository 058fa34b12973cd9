// A real browser: Debian's chromium, or the one that AFTERLOG_TEST_CHROMIUM names, driven over its own protocol.
import { access } from 'node:fs/promises'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { expect } from 'vitest'

const program = process.env['AFTERLOG_TEST_CHROMIUM'] ?? '/usr/bin/chromium'

/** What to install where there is none; undefined where there is one. */
export const missingBrowser = await access(program).then(
  () => undefined,
  () => 'install chromium (apt-get install chromium), or name one in AFTERLOG_TEST_CHROMIUM',
)

export const startBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: program, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] })

export interface WatchedPage {
  page: Page
  /** Errors of scripts, what the policy of the page refused, and failed requests. */
  troubles: string[]
}

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const troubles: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) troubles.push(message.text())
  })
  page.on('pageerror', (error) => troubles.push(error.message))
  page.on('dialog', (dialog) => {
    troubles.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  return { page, troubles }
}

/** Rules of WCAG 2.2, levels A and AA, by axe. */
export async function expectAccessible(page: Page): Promise<void> {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
  const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze()
  expect(
    violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`,
    ),
  ).toEqual([])
}
