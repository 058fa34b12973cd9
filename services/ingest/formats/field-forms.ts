// What the values of a line's fields look like, in the records of agents. Pure.
import { parseLogPath } from '#shared/kubelet-path.ts'
import { timeNames, type LineField } from './agent-fields.ts'

/** What the values of fields look like. An application may call anything `time`, `path` or `offset`. */
const forms: Readonly<Partial<Record<LineField, (text: string) => boolean>>> = {
  time: (text) => /^(?:\d{4}-\d\d-\d\d[Tt ]|\d{9,19}(?:\.\d*)?$)/.test(text),
  path: (text) => parseLogPath(text) !== undefined,
  offset: isCount,
  ordinal: isCount,
  length: isCount,
  restart: isCount,
  stream: (text) => text === 'stdout' || text === 'stderr',
  logtag: (text) => /^[FP](?::|$)|^(?:true|false)$/.test(text),
  // An empty line is a line.
  message: () => true,
  // As the kubelet writes it, or Docker.
  cri: (text) => /^[\0\ufeff]*(?:\d{4}-\d\d-\d\dT\S+ std(?:out|err) |\{)/.test(text),
}

/** A file of a node, as agents name it. The path of a request may look so as well, and does not end so. */
export const isLogFile = (text: string | undefined): boolean =>
  text !== undefined && (/^\/(?:var|run)\/.|^[A-Z]:\\/.test(text) || /^\/.*\.log(?:[.-]\d+)*$/.test(text))

function isCount(text: string): boolean {
  return /^\d{1,16}$/.test(text)
}

export const fits = (field: LineField, text: string): boolean => forms[field]?.(text) ?? text !== ''

/** Of a value that is no time. A sentence about it has fewer. */
const timeCharactersMax = 200

/** Without another time, a value that looks like none is told to the sender, who sees then what is wrong. */
export function wrongTimeIn(attributes: ReadonlyMap<string, string>): { name: string; value: string } | undefined {
  const keys = [...attributes.keys()]
  for (const name of timeNames) {
    const inside = keys.find((key) => key.startsWith(`${name}.`))
    const value = attributes.get(name) ?? (inside === undefined ? undefined : `{"${inside.slice(name.length + 1)}":…}`)
    if (value !== undefined) return { name, value: value.slice(0, timeCharactersMax) }
  }
  return undefined
}
