// Pure: the expressions of what varies in a line: numbers, ids, addresses, times, quoted values. The engine (RE2) and
// JavaScript read them alike. None has a capture, so that the engine runs them as automata (decision 0023).

const date = [
  String.raw`[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?(?:Z| ?[+-][0-9]{2}:?[0-9]{2})?`,
  String.raw`[0-9]{1,2}/[A-Z][a-z]{2}/[0-9]{4}:[0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4}`,
  '(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ 0-9][0-9] ' +
    '[0-9]{2}:[0-9]{2}:[0-9]{2}(?: [0-9]{4})?',
]
const address = [
  '(?:[0-9a-fA-F]{1,4}:){3,7}[0-9a-fA-F]{1,4}',
  '(?:[0-9a-fA-F]{1,4}:){1,6}:[0-9a-fA-F]{1,4}',
  String.raw`[\w.+-]+@[\w-]+(?:\.[\w-]+)+`,
]
const quoted = [
  '"Mozilla/[^"]*"',
  String.raw`="(?:[^"\\]|\\.)*"`,
  String.raw`\\?"[^"\\\s]*\\?"`,
  String.raw`'[^'\s]+'`,
  '`[^`\\s]+`',
]
/**
 * A word with a digit, with what hangs on it: `cart-7d9f8-x2x9k`, `10.0.0.1:8080`, `0xff`, `12.5ms`, `1h3m`, `99%`; and
 * the blanks that align it.
 */
const digits =
  '(?: {2,})?(?:[A-Za-z]+[-_])*[A-Za-z]*[0-9][A-Za-z0-9]*' +
  String.raw`(?:[.:,][0-9][A-Za-z0-9]*|\.[a-z][A-Za-z0-9-]*|[-_][A-Za-z0-9]+)*(?:%|µs)?`

/** One expression of alternatives, the longer ones first. */
export const variableText = [
  ...quoted,
  ...date,
  ...address,
  String.raw`eyJ[\w-]+\.[\w-]+\.[\w-]+`,
  digits,
  '[０-９٠-٩]+',
  String.raw`\?[\w.%-]+=[^\s"']*`,
  '\u001b\\[[0-9;]*[A-Za-z]',
].join('|')
