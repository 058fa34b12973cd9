// Templates, each with what it makes, written by hand: so that a template's text is read by one side only.
import { bytesOf, durationOf } from './quantities.ts'

export interface TemplateInput {
  /** '' where there is no such label. */
  of: (name: string) => string
  line: string
  timeNs: bigint
}

/** Undefined: the template fails, and nothing is formatted. */
type Make = (input: TemplateInput) => string | undefined

const chars = (text: string): string[] => Array.from(text)
const upper = (text: string): string =>
  chars(text)
    .map((one) => (chars(one.toUpperCase()).length === 1 ? one.toUpperCase() : one))
    .join('')
const title = (text: string): string => text.replaceAll(/(?<![\p{L}\p{N}_'])\p{L}/gu, upper)
/** Texts that are no whole number are 0. */
const int = (text: string): number => (/^[+-]?\d+$/.test(text) ? Number(text) : 0)
const float = (text: string): number => Number(text) || 0
const bytes = (text: string): Buffer => Buffer.from(text)
const date = (ns: bigint): Date => new Date(Number(ns / 1_000_000n))

export const templates: readonly (readonly [text: string, make: Make])[] = [
  ['{{.level}} {{.msg}}', ({ of }) => `${of('level')} ${of('msg')}`],
  ['{{ .path }}', ({ of }) => of('path')],
  ['{{ __line__ }}!', ({ line }) => `${line}!`],
  ['{{ .msg | upper }}-{{ .app | title }}', ({ of }) => `${upper(of('msg'))}-${title(of('app'))}`],
  // Bytes are counted, and a character may be cut.
  ['{{ __line__ | trunc 12 }}', ({ line }) => chars(line).slice(0, 12).join('')],
  [
    '{{ if eq .level "error" }}E{{ else if .level }}{{ .level | lower }}{{ else }}-{{ end }}',
    ({ of }) => (of('level') === 'error' ? 'E' : of('level').toLowerCase() || '-'),
  ],
  ['{{ .msg | replace "e" "é" }}', ({ of }) => of('msg').replaceAll('e', 'é')],
  ['{{ regexReplaceAll "(\\\\w+)=" __line__ "<$1>" }}', ({ line }) => line.replaceAll(/(\w+)=/g, '<$1>')],
  ['{{ regexReplaceAllLiteral "[0-9]+" .msg "#" }}', ({ of }) => of('msg').replaceAll(/[0-9]+/g, '#')],
  ['{{ .user | default "nobody" }}|{{ .missing | default .app }}', ({ of }) => `${of('user') || 'nobody'}|${of('app')}`],
  [
    '{{ printf "%-8s|%5s|%q" .level .status .path }}',
    ({ of }) => `${of('level').padEnd(8)}|${of('status').padStart(5)}|${JSON.stringify(of('path'))}`,
  ],
  [
    '{{ add .status 1 }} {{ sub .status 1 }} {{ mul .status 2 }} {{ div .status 7 }} {{ mod .status 7 }}',
    ({ of }) => {
      const status = int(of('status'))
      return [status + 1, status - 1, status * 2, Math.trunc(status / 7), status % 7].join(' ')
    },
  ],
  [
    '{{ .status | int | add 1 }} {{ max .status 300 }} {{ min .status 300 }}',
    ({ of }) => {
      const status = int(of('status'))
      return `${status + 1} ${Math.max(status, 300)} ${Math.min(status, 300)}`
    },
  ],
  [
    '{{ .ratio | float64 | mulf 2 }} {{ round .ratio 1 }} {{ ceil .ratio }} {{ floor .ratio }}',
    ({ of }) => {
      const ratio = float(of('ratio'))
      return `${ratio * 2} ${Math.round(ratio * 10) / 10} ${Math.ceil(ratio)} ${Math.floor(ratio)}`
    },
  ],
  [
    '{{ duration .took }} {{ duration_seconds .took }}',
    ({ of }) => {
      const ns = durationOf(of('took'))
      return ns === undefined ? undefined : `${ns / 1e9} ${ns / 1e9}`
    },
  ],
  [
    '{{ bytes .size }}',
    ({ of }) => {
      const size = bytesOf(of('size'))
      return size === undefined ? undefined : String(size)
    },
  ],
  [
    '{{ __timestamp__ | date "2006-01-02T15:04:05.000Z" }} {{ __timestamp__ | unixEpoch }}',
    ({ timeNs }) => `${date(timeNs).toISOString()} ${timeNs / 1_000_000_000n}`,
  ],
  ['{{ unixEpochNanos __timestamp__ }} {{ unixEpochMillis __timestamp__ }}', ({ timeNs }) => `${timeNs} ${timeNs / 1_000_000n}`],
  [
    '{{ alignLeft 5 .level }}|{{ alignRight 8 .msg }}|',
    ({ of }) =>
      `${of('level').padEnd(5).slice(0, 5)}|${' '.repeat(Math.max(0, 8 - chars(of('msg')).length))}${chars(of('msg')).slice(-8).join('')}|`,
  ],
  ['{{ .msg | b64enc }} {{ .msg | b64enc | b64dec }}', ({ of }) => `${bytes(of('msg')).toString('base64')} ${of('msg')}`],
  [
    '{{ urlencode .path }} {{ .path | urldecode }}',
    ({ of }) => `${encodeURIComponent(of('path')).replaceAll('%20', '+')} ${of('path')}`,
  ],
  ['{{ substr 0 3 .level }}', ({ of }) => of('level').slice(0, 3)],
  ['{{ __line__ | count "e" }}', ({ line }) => String(line.split('e').length - 1)],
  [
    '{{ hasPrefix "con" .msg }} {{ contains "out" .msg }} {{ hasSuffix "ed" .msg }}',
    ({ of }) => `${of('msg').startsWith('con')} ${of('msg').includes('out')} ${of('msg').endsWith('ed')}`,
  ],
  [
    '{{ .msg | trim | trimPrefix "user" | trimSuffix "in" }} {{ trimAll "e" .level }}',
    ({ of }) => `${of('msg').trim().replace(/^user/, '').replace(/in$/, '')} ${of('level').replaceAll(/^e+|e+$/g, '')}`,
  ],
  ['{{ range $i, $w := fromJson `["a","b"]` }}{{ $i }}{{ $w }},{{ end }}', () => '0a,1b,'],
  [
    '{{ .msg | indent 2 }}{{ .msg | nindent 1 }}',
    ({ of }) => `  ${of('msg').replaceAll('\n', '\n  ')}\n ${of('msg').replaceAll('\n', '\n ')}`,
  ],
  ['{{ repeat 3 .level }} {{ len .msg }}', ({ of }) => `${of('level').repeat(3)} ${bytes(of('msg')).length}`],
  [
    '{{ and .level .msg }} {{ or .missing .level }} {{ not .missing }}',
    ({ of }) => `${of('level') === '' ? '' : of('msg')} ${of('missing') || of('level')} ${of('missing') === ''}`,
  ],
  ['{{ with .user }}u={{ . }}{{ end }}{{/* nothing */}}', ({ of }) => (of('user') === '' ? '' : `u=${of('user')}`)],
  ['{{- .level -}}   x', ({ of }) => `${of('level')}x`],
  ['{{ .a_b }} {{ ._1st }} {{ .nested_deep_x_y }}', ({ of }) => `${of('a_b')} ${of('_1st')} ${of('nested_deep_x_y')}`],
  [
    '{{ lt (int .status) 400 }} {{ ge .retries "3" }} {{ ne .level "info" }}',
    ({ of }) => `${int(of('status')) < 400} ${of('retries') >= '3'} ${of('level') !== 'info'}`,
  ],
]

/** Names of the labels that a template reads. */
export const fieldsOf = (template: string): string[] => [...template.matchAll(/[\s{(]\.([A-Za-z_]\w*)/g)].map(([, name]) => name!)
