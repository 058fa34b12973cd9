import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyText } from '#test/support/any-text.ts'
import { severityOf, testSeverities } from '#test/support/severity-cases.ts'
import { severities } from '#ingest/normalise/severity.ts'

const long = 'x'.repeat(3000)

describe('a level field of JSON', () => {
  testSeverities([
    ['{"level":"warn","msg":"x"}', 'warn', 'zap, logrus, zerolog'],
    ['{"time":"2026","severity": "CRITICAL"}', 'fatal', 'a blank behind the colon'],
    ['{ "level" : "error" }', 'error', 'blanks everywhere'],
    ['{"LEVEL":"Error"}', 'error', 'keys and values in any case'],
    ['{"level":50,"msg":"x"}', 'error', 'pino'],
    ['{"level":30,"msg":"x"}', 'info', 'pino'],
    ['{"level":60,"time":1,"pid":1,"msg":"x"}', 'fatal', 'pino'],
    ['{"level":35,"msg":"x"}', 'info', "a level of one's own between pino's"],
    ['{"name":"a","hostname":"h","pid":1,"level":40,"msg":"ERROR","v":0}', 'warn', 'bunyan'],
    ['{"level":"10"}', 'trace', 'pino, as text'],
    ['{"level":7000}', '', 'a number of no convention'],
    ['{"level":3,"msg":"descended"}', '', 'a small number without GELF is no level'],
    ['{"version":"1.1","host":"h","short_message":"x","level":3}', 'error', 'GELF'],
    ['{"level":6,"short_message":"an ERROR"}', 'info', 'GELF, in other order'],
    ['{"level":4,"short_message":"x"}', 'warn', 'GELF'],
    ['{"level":400,"level_name":"ERROR","message":"x"}', 'error', 'Monolog'],
    ['{"message":"x","level":300}', 'warn', 'Monolog, the number alone'],
    ['{"severity":"NOTICE"}', 'info', 'Stackdriver'],
    ['{"severity":"ALERT"}', 'fatal', 'Stackdriver'],
    ['{"severity":"EMERGENCY"}', 'fatal', 'Stackdriver'],
    ['{"severity":"DEFAULT","message":"x"}', '', 'Stackdriver: it has none'],
    ['{"severity":500}', 'error', 'Stackdriver, as a number'],
    ['{"EventId":0,"LogLevel":"Information","Category":"c"}', 'info', '.NET'],
    ['{"LogLevel":4}', 'error', '.NET, as a number'],
    ['{"@t":"2026","@mt":"x","@l":"Error"}', 'error', 'Serilog'],
    ['{"@t":"2026","@mt":"an ERROR?"}', 'info', 'Serilog leaves out what is information'],
    ['{"@level":"warn","@message":"m"}', 'warn', 'hclog'],
    ['{"t":{"$date":"2026"},"s":"I","c":"NETWORK","msg":"error"}', 'info', 'MongoDB'],
    ['{"t":{"$date":"2026"},"s":"E","c":"NETWORK"}', 'error', 'MongoDB'],
    ['{"t":{"$date":"2026"},"s":"D1","c":"NETWORK"}', 'debug', 'MongoDB'],
    ['{"s":"E","wind":"north"}', '', 's means anything elsewhere'],
    ['{"log.level":"INFO","message":"ERROR"}', 'info', 'ECS'],
    ['{"@timestamp":"2026","log":{"level":"debug","logger":"error"},"message":"x"}', 'debug', 'ECS, nested'],
    ['{"log":{"logger":"a","level":"WARN"}}', 'warn', 'behind another field of log'],
    ['{"log":{"a":{"level":"error"}},"level":"info"}', 'info', 'deeper than log'],
    ['{"severityText":"WARN","severityNumber":13}', 'warn', 'OpenTelemetry'],
    ['{"severity_text":"INFO2"}', 'info', 'OpenTelemetry'],
    ['{"SeverityNumber":17}', 'error', 'OpenTelemetry, the number alone'],
    ['{"severityNumber":99}', '', 'out of range'],
    ['{"levelname":"WARNING","levelno":30}', 'warn', 'Python'],
    ['{"levelno":40}', 'error', 'Python, the number alone'],
    ['{"lvl":"dbug"}', 'debug', 'log15'],
    ['{"lvl":"eror"}', 'error', 'log15'],
    ['{"level":"INFO+2"}', 'info', 'slog'],
    ['{"level":"dpanic"}', 'fatal', 'zap'],
    ['{"priority":"Error","rule":"r"}', 'error', 'Falco'],
    ['{"PRIORITY":"3","MESSAGE":"x"}', 'error', 'journald'],
    ['{"priority":6,"msg":"ERROR"}', 'info', 'syslog'],
    ['{"priority":1,"msg":"job","level":"info"}', 'info', 'of a job: a word is a surer level than a number'],
    ['{"priority":"high"}', '', 'no level'],
    ['{"level":"\u001b[31merror\u001b[39m"}', 'error', 'winston with colours'],
    ['{"level":"finest"}', 'trace', 'java.util.logging'],
    ['{"level":"fine"}', 'debug', 'java.util.logging'],
    ['{"event":"ERROR in the text","logger":"a","level":"info"}', 'info', 'structlog writes it last'],
    [`{"msg":"${long} ERROR","level":"debug"}`, 'debug', 'behind 3 KB of text'],
    ['{"msg":"he said \\"level\\":\\"error\\"","level":"info"}', 'info', 'a field inside a string'],
    ['{"msg":"{\\"level\\":\\"error\\"}","level":"info"}', 'info', 'JSON inside a string'],
    ['{"msg":"ends in a backslash \\\\","level":"info","x":"\\"error"}', 'info', 'escapes of the string end where they do'],
    ['{"attributes":{"level":"error"},"level":"info"}', 'info', 'a nested field never wins'],
    ['{"attributes":{"level":"error"}}', '', 'nor does it count alone'],
    ['{"a":[{"level":"error"},["level"]],"level":"info"}', 'info', 'nor in an array'],
    ['{"errors":[],"level":"info"}', 'info', 'a list of none'],
    ['{"errors":[],"error":null,"status":"error"}', '', 'results are no levels'],
    ['{"level":"info","error":"connection refused"}', 'info', 'a field error'],
    ['{"http_referer":"https://h/logs?level=error","status":200}', '', 'an address that names a level'],
    ['{"kind":"Event","level":"Metadata","stage":"RequestReceived"}', '', 'the audit log of Kubernetes'],
    ['{"level":"loud","severity":"warn"}', 'warn', 'an unknown word leaves it to the next field'],
    ['{"level":null,"severity":"warn"}', 'warn', 'so does null'],
    ['{"level":"error-prone","msg":"x"}', '', 'another word'],
    ['{"msg":"ERROR: cannot open"}', 'error', 'without a level the head of the message counts'],
    ['{"log":"2026-11-23 10:00:00 WARN x\\n","stream":"stderr"}', 'warn', 'a line of Docker within a line'],
    ['{"msg":"no ERROR at all"}', '', 'and only its head'],
    ['{"level":"err', 'error', 'a line that was cut'],
    ['{"msg":"abc', '', 'a line that was cut before it'],
    ['{}', '', 'nothing'],
    ['{"level"}', '', 'no JSON'],
    ['{broken} ERROR x', 'error', 'no JSON: text'],
    ['2026-11-23T10:00:00Z app {"msg":"x","level":"warn"}', 'warn', 'behind a prefix'],
    ['app[1]: {"a":{"level":"error"},"level":"info"}', 'info', 'behind a prefix, the top level'],
  ])
})

describe('a level field of logfmt', () => {
  testSeverities([
    ['level=error msg="x"', 'error', 'logrus'],
    ['ts=1 lvl=dbug level=debug', 'debug', 'an alias'],
    ['time="2026-11-23T10:00:00Z" level=warning msg="ERROR"', 'warn', 'containerd'],
    ['ts=2026-11-23T10:00:00Z caller=main.go:1 level=info msg="failed" err="ERROR"', 'info', 'Prometheus'],
    ['msg="an ERROR: level=error" level=info', 'info', 'behind a text that names another'],
    ['msg="say \\"level=error\\"" level=info', 'info', 'quotes in a quoted text'],
    [`msg="${long}" level=error`, 'error', 'behind 3 KB'],
    ['msg=ERROR level=info', 'info', 'a value is no level'],
    ['pid=1 tid=abc INFO: level of water', 'info', 'Sidekiq: a word, where no field says it'],
    ['pid=1 ERROR x level=info', 'info', 'a field is surer than a word'],
    ['err=nil error_count=0 errors=0', '', 'nothing states a level'],
    ['error=true msg=x', '', 'a field of another name'],
    ['logger=ngalert t=2026 level=INFO+1 msg=x', 'info', 'slog'],
    ['LEVEL=Warn', 'warn', 'any case'],
    ['log.level=error msg=x', 'error', 'ECS'],
    ['level=50 msg=x', 'error', 'pino'],
    ['PRIORITY=3', 'error', 'journald'],
    ['\u001b[36mlevel\u001b[0m=\u001b[31merror\u001b[0m', '', 'colours that part a field are not followed'],
    ['level=\u001b[31merror\u001b[0m msg=x', 'error', 'colours around the value'],
    ['2026-11-23T10:00:00Z level=warn msg=x', 'warn', 'behind a time'],
    ['10:00:00 GET /x?level=error 200', '', 'a query of an address'],
    ['starting with --log.level=error', '', 'an option of a command'],
    ['10:00:00 request done, level=info err=ERROR', 'info', 'behind prose'],
    ['level: error, code: 7', 'error', 'with a colon'],
  ])
})

describe('a beginning', () => {
  testSeverities([
    ['E1123 10:00:00.123456    1 main.go:10] failed', 'error', 'klog'],
    ['I1123 10:00:00.123456    1 main.go:10] "ERROR" level="error"', 'info', 'klog: what follows is text'],
    ['W1123 10:00:00.123456    1 main.go:10] hm', 'warn', 'klog'],
    ['F1123 10:00:00.123456    1 main.go:10] gone', 'fatal', 'klog'],
    ['E20261123 10:00:00.123456 1 f.cc:1] x', 'error', 'glog'],
    ['E1123', '', 'a code'],
    ['E1234 units sold', '', 'a code before prose'],
    ['D1123 10:00:00', '', 'not a letter of klog'],
    ['<11>Nov 23 10:00:00 host app: all well', 'error', 'syslog: user.err'],
    ['<3>disk failed', 'error', 'systemd'],
    ['<6>ERROR they say', 'info', 'systemd'],
    ['<165>1 2026-11-23T10:00:00Z host app 1 - - x', 'info', 'RFC 5424'],
    ['<999>x', '', 'no priority'],
    ['<b>ERROR</b>', '', 'HTML'],
    ['E, [2026-11-23T10:00:00.123456 #1] ERROR -- : x', 'error', 'Ruby'],
    ['W, [2026-11-23T10:00:00.123456 #1]  WARN -- : x', 'warn', 'Ruby'],
    ['1:M 23 Nov 2026 10:00:00.123 # Warning: overcommit', 'warn', 'Redis'],
    ['1:M 23 Nov 2026 10:00:00.123 * Ready, no error', 'info', 'Redis'],
    ['1:S 23 Nov 2026 10:00:00.123 - Accepted', 'debug', 'Redis'],
    ['panic: runtime error: index out of range', 'fatal', 'Go'],
    ['goroutine 1 [running]:', 'fatal', 'Go'],
    ['goroutine 7 [chan receive]:', '', 'Go: it only waits'],
    ['fatal error: all goroutines are asleep - deadlock!', 'fatal', 'Go'],
    ['[signal SIGSEGV: segmentation violation code=0x1]', 'fatal', 'Go'],
    ["thread 'main' panicked at src/main.rs:1:5:", 'fatal', 'Rust'],
    ["thread 'worker' (4711) panicked at src/main.rs:1:5:", 'fatal', 'Rust 1.90'],
    ["thread 'main' started", '', 'Rust, alive'],
    ['Exception in thread "main" java.lang.RuntimeException: x', 'error', 'Java'],
    ['java.lang.IllegalStateException: pool exhausted', 'error', 'Java'],
    ['java.lang.OutOfMemoryError', 'error', 'Java, without a text'],
    ['Caused by: java.net.SocketTimeoutException', 'error', 'Java'],
    ['\tat com.example.ErrorHandler.onError(ErrorHandler.java:41)', '', 'a frame of a stack'],
    ['    at handleError (/app/error.js:1:1)', '', 'a frame of a stack'],
    ['  File "/app/error.py", line 3, in error', '', 'a frame of a stack'],
    ['... 3 more', '', 'the rest of a stack'],
    ['Traceback (most recent call last):', 'error', 'Python'],
    ["KeyError: 'x'", 'error', 'Python'],
    ['requests.exceptions.ConnectionError: refused', 'error', 'Python'],
    ['TypeError: Cannot read properties of undefined', 'error', 'Node'],
    ['ErrorHandler: ready', '', 'a name that begins so'],
    ['Segmentation fault (core dumped)', 'fatal', 'a shell'],
    ['PHP Fatal error:  Uncaught Exception in /x.php', 'fatal', 'PHP'],
    ['PHP Warning:  Undefined variable', 'warn', 'PHP'],
    ['npm ERR! code ENOENT', 'error', 'npm'],
    ['npm warn deprecated x', 'warn', 'npm 10'],
  ])
})

test('any bytes are read to their end and not beyond', () => {
  const parts = fc.constantFrom(
    '{"',
    'level',
    '":"',
    'error',
    '\\',
    '"',
    '[',
    '<',
    '=',
    ' ',
    '\u001b[31m',
    '10:00',
    'ERROR',
    '}',
    '2026-',
    'log":{',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        anyText({ maxLength: 200 }),
        fc.array(parts, { maxLength: 30 }).map((some) => some.join('')),
      ),
      (text) => {
        expect(severities).toContain(severityOf(text))
        expect(severityOf(text)).toBe(severityOf(text, ['', '']))
      },
    ),
    { numRuns: 3000 },
  )
})

test('the cost of a line grows with its length, whatever its text', () => {
  for (const part of ['{"', '[', '\\', '"', 'a=', '{"a":[', '<', '[31m', ' ']) {
    const text = part.repeat(300_000 / part.length)
    const start = process.cpuUsage().user
    severityOf(text)
    expect(process.cpuUsage().user - start).toBeLessThan(300_000)
  }
})
