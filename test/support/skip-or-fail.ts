// Tests that need a program that this machine may lack: skipped, with a line on stderr, or failed where they must run
// (CI, AFTERLOG_TEST_REQUIRE_ALL).
import { test } from 'vitest'

/** One test that stands for all that cannot run. `missing` says what is, and what to install. */
export function skipOrFail(title: string, missing: string): void {
  const required = [process.env['CI'], process.env['AFTERLOG_TEST_REQUIRE_ALL']].some((value) => (value ?? '') !== '')
  if (required) {
    test(title, () => {
      throw new Error(missing)
    })
    return
  }
  process.stderr.write(`SKIPPED: ${title}: ${missing}\n`)
  test.skip(title, () => undefined)
}
