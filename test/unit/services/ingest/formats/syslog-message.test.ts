// With the examples of RFC 5424, section 6.5, and of RFC 3164, section 5.4.
import { describe, expect, test } from 'vitest'
import { parseSyslog } from '#ingest/formats/syslog-message.ts'

const arrival = Date.parse('2026-11-30T12:00:00Z')
const parsed = (text: string) => parseSyslog(text, arrival)

describe('RFC 5424', () => {
  test('without structured data, with a byte order mark', () => {
    expect(
      parsed("<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \ufeff'su root' failed for lonvick on /dev/pts/8"),
    ).toEqual({
      priority: 34,
      time: '2003-10-11T22:14:15.003Z',
      host: 'mymachine.example.com',
      app: 'su',
      processId: '',
      messageId: 'ID47',
      data: [],
      text: "'su root' failed for lonvick on /dev/pts/8",
    })
  })

  test('with a process id, a zone and no message id', () => {
    expect(
      parsed('<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It is time to make the do-nuts.'),
    ).toMatchObject({
      time: '2003-08-24T05:14:15.000003-07:00',
      host: '192.0.2.1',
      processId: '8710',
      text: '%% It is time to make the do-nuts.',
    })
  })

  test('with structured data, and with nothing else', () => {
    const head = '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 '
    const element = '[exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"]'
    const data = [
      ['exampleSDID@32473', 'iut', '3'],
      ['exampleSDID@32473', 'eventSource', 'Application'],
      ['exampleSDID@32473', 'eventID', '1011'],
    ]
    expect(parsed(`${head}${element} \ufeffAn application event log entry...`)).toMatchObject({
      data,
      text: 'An application event log entry...',
    })
    const priority = ['examplePriority@32473', 'class', 'high']
    expect(parsed(`${head}${element}[examplePriority@32473 class="high"]`)).toMatchObject({ data: [...data, priority], text: '' })
  })

  test('a value has its escapes read, and an element that is broken belongs to the text', () => {
    expect(parsed('<13>1 - - - - - [a b="x \\"y\\" \\\\ \\] \\n"] t').data).toEqual([['a', 'b', 'x "y" \\ ] \\n']])
    expect(parsed('<13>1 - - - - - [a b="1"][c d="x] t')).toMatchObject({ data: [['a', 'b', '1']], text: '[c d="x] t' })
    expect(parsed('<13>1 - - - - - no data')).toMatchObject({ data: [], text: 'no data' })
  })

  test('what is not known is empty', () => {
    expect(parsed('<13>1 - - - - - -')).toMatchObject({
      time: undefined,
      host: '',
      app: '',
      processId: '',
      messageId: '',
      text: '',
    })
  })
})

describe('RFC 3164', () => {
  test('has the year nearest to its arrival, in UTC', () => {
    expect(parsed("<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8")).toMatchObject({
      priority: 34,
      time: '2026-10-11T22:14:15Z',
      host: 'mymachine',
      app: 'su',
      text: "'su root' failed for lonvick on /dev/pts/8",
    })
    const years = (text: string, at: string) => parseSyslog(`<13>${text} h t: x`, Date.parse(at)).time
    expect(years('Dec 31 23:59:59', '2027-01-01T00:00:01Z')).toBe('2026-12-31T23:59:59Z')
    expect(years('Jan  1 00:00:01', '2026-12-31T23:59:59Z')).toBe('2027-01-01T00:00:01Z')
    expect(years('Feb 29 10:00:00', '2028-03-01T00:00:00Z')).toBe('2028-02-29T10:00:00Z')
    expect(years('Feb 29 10:00:00', '2027-03-01T00:00:00Z')).toBe('2028-02-29T10:00:00Z')
  })

  test.each([
    ['<13>Nov  3 01:02:03.456 h t[12]: x', '2026-11-03T01:02:03.456Z', 'h', 't', '12', 'x'],
    ['<13>Nov 30 2025 01:02:03 h t: x', '2025-11-30T01:02:03Z', 'h', 't', '', 'x'],
    ['<13>Nov 30 01:02:03 +0200 h t: x', '2026-11-29T23:02:03Z', 'h', 't', '', 'x'],
    ['<13>Nov 30 01:02:03 t: no host', '2026-11-30T01:02:03Z', '', 't', '', 'no host'],
    ['<13>Nov 30 01:02:03 t[1]: no host', '2026-11-30T01:02:03Z', '', 't', '1', 'no host'],
    ['<13>Nov 30 01:02:03 h postfix/smtpd[9]: x: y', '2026-11-30T01:02:03Z', 'h', 'postfix/smtpd', '9', 'x: y'],
    ['<13>Nov 30 01:02:03 h no tag', '2026-11-30T01:02:03Z', 'h', '', '', 'no tag'],
    ['<13>Nov 30 01:02:03 fe80::1 t:x', '2026-11-30T01:02:03Z', 'fe80::1', 't', '', 'x'],
    ['<13>2026-11-30T01:02:03.123456+02:00 h t:  two', '2026-11-30T01:02:03.123456+02:00', 'h', 't', '', ' two'],
  ])('%s', (sent, time, host, app, processId, text) => {
    expect(parsed(sent)).toMatchObject({ priority: 13, time, host, app, processId, text })
  })

  test.each([
    ['<13>no time: x', 'no time: x', ''],
    ['<13>t[1]: x', 'x', 't'],
    ['<0>1990 Oct 22 10:52:01 TZ-6 scapegoat.dmz.example.org', '1990 Oct 22 10:52:01 TZ-6 scapegoat.dmz.example.org', ''],
    ['<13>Foo 30 01:02:03 h t: x', 'Foo 30 01:02:03 h t: x', ''],
    ['<13>Nov 31 01:02:03 h t: x', 'Nov 31 01:02:03 h t: x', ''],
  ])('%s has no time', (sent, text, app) => {
    expect(parsed(sent)).toMatchObject({ time: undefined, text, app })
  })
})

test.each(['bare text', '<192>x', '<>x', '<1234>x', '<13', ''])('%j is text', (text) => {
  expect(parsed(text)).toMatchObject({ priority: undefined, time: undefined, text })
})

test('hostile messages take no time', () => {
  const many = 'x'.repeat(5_000_000)
  for (const text of [
    `<13>1 ${many}`,
    `<13>${many}`,
    `<13>Nov 30 01:02:03 ${many}:`,
    `<13>1 - - - - - [a${' b="1"'.repeat(500_000)}`,
    `<13>1 - - - - - [a b="${'\\"'.repeat(1_000_000)}`,
    `<13>1 - - - - - ${'[a]'.repeat(500_000)}`,
  ]) {
    const began = performance.now()
    parsed(text)
    expect(performance.now() - began).toBeLessThan(2000)
  }
})
