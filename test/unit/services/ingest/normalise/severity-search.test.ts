// A level field counts wherever it stands, before any word of the text; one that is only spoken of does not.
import { describe, expect, test } from 'vitest'
import { severityOf, testSeverities } from '#test/support/severity-cases.ts'

const [short, long] = ['x'.repeat(200), 'x'.repeat(5000)]

describe('a field before a word', () => {
  testSeverities([
    ['2026-11-23 10:00:00 ERROR level=info msg=x', 'info', 'logfmt'],
    ['2026-11-23 10:00:00 INFO [main] c.e.X - x level="error"', 'error', 'in quotes'],
    ['2026-11-23 10:00:00 WARN x {"level":"error"}', 'error', 'JSON'],
    ['2026-11-23 10:00:00 WARN x {"a":{"level":"error"},"msg":"level=error"}', 'warn', 'nested, and in a text'],
    ['2026-11-23 10:00:00 WARN x {"a": {"level": "error"}}', 'warn', 'nested, with blanks'],
    ['INFO[0000] x level=error', 'error', 'logrus at a terminal'],
    ['<11>app: x level=info', 'info', 'syslog'],
    ['[error] x \u001b[36mlevel\u001b[0m=\u001b[32minfo\u001b[0m', 'info', 'colours'],
    ['app: lvl=warn [error]', 'warn', 'brackets'],
  ])
})

describe('a word before what is less sure', () => {
  testSeverities([
    ['2026-11-23 10:00:00 INFO job queued priority=1', 'info', 'the priority of a job'],
    ['2026-11-23 10:00:00 INFO job queued priority=critical', 'info', 'the priority of a job, as a word'],
    ['2026-11-23 10:00:00 INFO job queued {"priority":3}', 'info', 'the priority of a job, in JSON'],
    ['2026-11-23 10:00:00 WARN dungeon level=60 reached', 'warn', 'a number'],
    ['2026-11-23 10:00:00 WARN dungeon {"level":60}', 'warn', 'a number in JSON'],
    ['ERROR user level=normal', 'error', 'a word that also means something else'],
    ['ERROR level=E', 'error', 'a letter'],
    ['ERROR body={"level":"info"}', 'error', 'the value of another field'],
    ['ERROR bad line "x level=info"', 'error', 'in quotes'],
    ['ERROR bad line "say \\"x\\" level=info"', 'error', 'in quotes with others in them'],
    ['ERROR bad line "{\\"level\\":\\"info\\"}"', 'error', 'JSON in quotes'],
    ['ERROR GET /x?a=1&level=info', 'error', 'an address'],
    ['ERROR unknown option --log.level=info', 'error', 'an option'],
    ["ERROR: syntax error at WHERE level='info'", 'error', 'SQL'],
    ["SELECT * FROM logs WHERE level='error'", '', 'SQL alone'],
    ['ERROR loglevels=info sublevel=info', 'error', 'longer keys'],
    ['x {"priority":3}', 'error', 'where no word stands, they count'],
    ['reached level=50', 'error', 'where no word stands, they count'],
  ])
})

describe('the reach', () => {
  testSeverities([
    [`app msg="${short}" level=error`, 'error', 'behind 200 bytes'],
    [`app msg="a level=info ${short}" level=error`, 'error', 'behind a text in quotes that names another'],
    [`app ${'a=b '.repeat(100)}level=error`, 'error', 'behind 100 other fields'],
    [`2026-11-23 10:00:00 WARN ${short} {"level":"error"}`, 'error', 'JSON behind 200 bytes'],
    [`app msg="${long}" level=error`, 'error', 'in the last KB of 5'],
    [`app ${long} ERROR level=error ${long}`, '', 'in the middle'],
    [`app msg="${long} level=error ${'y'.repeat(500)}"`, '', 'in quotes that began long before'],
    [`app 5" of ${short} level=error`, 'error', 'behind an inch, which quotes nothing'],
    [`app ${long} [error]`, '', 'brackets only near the head'],
  ])
})

test('the cost of a line grows with its length, whatever its marks', () => {
  for (const part of ['=', '{', '{"', ' level=', '"level=', ' level="', ' {"a":"', 'm=', '[0m=', '\u001b[0m =']) {
    const text = `a ${part.repeat(300_000 / part.length)}`
    const start = process.cpuUsage().user
    severityOf(text)
    expect(process.cpuUsage().user - start, part).toBeLessThan(300_000)
  }
})
