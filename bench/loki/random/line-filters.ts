// Random line filters, with empty alternatives, which every line has.
import type { Random } from '../../storage/random.ts'
import { addressTest, lineTest, type LineOperator } from '../plain/filters.ts'
import type { PlainStage } from '../plain/stage.ts'

/** As LogQL writes a text: in quotes, or in backquotes where that is possible. */
export const literal = (text: string, random: Random): string =>
  text.includes('`') || text.includes('\n') || random.int(3) > 0 ? JSON.stringify(text) : `\`${text}\``

const words = [
  'error',
  'timeout',
  'GET',
  'ERROR',
  '/api/v1/cart',
  'status=500',
  '"status":',
  '日本',
  '接続',
  'é',
  '🚀',
  '\u001b[31m',
  '%',
  '\\',
  '\t',
  "o'neil",
  '10.0.',
  '',
  ' ',
  'line\\nbreak',
  'nowhere',
  'two\nlines',
]
const regexes = [
  'err(or)?',
  '(?i)error',
  'GET|POST',
  '^\\{.*\\}$',
  'status[=:"]+5\\d\\d',
  '日本.*ログ',
  '\\bcart\\b',
  'took=[0-9.]+s',
  '.*',
  '',
  '(?i)ÉCOLE|straße',
  '[^\\x00-\\x7f]',
  ' $',
  '(a|b){2}',
  '(?s)two.lines',
]
const patterns = ['<_>status=<_>', '<_> "<_> /api/<_>" 200 <_>', 'level=<_>', '{<_>}', '<_>"msg":"<_>', '日本<_>', '<_>error<_>']
export const networks = ['10.0.0.0/8', '10.0.1.0/24', '192.168.4.0-192.168.4.100', '172.16.0.9', '2001:db8::/32', '0.0.0.0/0']

const stageOf = (text: string, test: (line: string) => boolean): PlainStage => ({
  text,
  reads: [],
  run: (line) => test(line.text),
})

export function lineFilter(random: Random): PlainStage {
  const kind = random.int(8)
  if (kind === 0) {
    const operator = random.pick(['|=', '!='])
    const network = random.pick(networks)
    return stageOf(`${operator} ip(${JSON.stringify(network)})`, addressTest(operator === '!=', network))
  }
  const [operators, texts]: [readonly LineOperator[], readonly string[]] =
    kind === 1 ? [['|>', '!>'], patterns] : kind < 4 ? [['|~', '!~'], regexes] : [['|=', '|=', '!='], words]
  const operator = random.pick(operators)
  const count = random.int(4) > 0 ? 1 : 2 + random.int(2)
  const alternatives = Array.from({ length: count }, () => random.pick(texts))
  const written = alternatives.map((one) => literal(one, random))
  return stageOf(`${operator} ${written.join(' or ')}`, lineTest(operator, alternatives))
}
