// Pure: the names by which a refused record may say whose line it was, and what forms they have.
import { isFromText } from '../formats/json-escape.ts'
import type { JsonValue } from './tolerant-json.ts'

export type NameKind = 'podUid' | 'namespace' | 'pod' | 'container' | 'containerId' | 'cluster'

export interface RecordNames extends Record<NameKind, Set<string>> {
  /** Numbers of lives, -1 where one cannot be read. */
  restart: Set<number>
  /** There is something that should name a life, be it unreadable. */
  isNaming: boolean
  /** The uid of a path may be a piece of one. */
  isUidUnclear: boolean
  /** Of the cluster, or of which name is the pod's, nobody can say what was meant. */
  isNameUnclear: boolean
  /** There are more names than are remembered. */
  isFull: boolean
}

export const noNames = (): RecordNames => ({
  podUid: new Set(),
  namespace: new Set(),
  pod: new Set(),
  container: new Set(),
  containerId: new Set(),
  cluster: new Set(),
  restart: new Set(),
  isNaming: false,
  isUidUnclear: false,
  isNameUnclear: false,
  isFull: false,
})

/** The longest text of a field that counts. */
export const textMax = 4096
const namesMax = 64

export const isKind = (key: string): key is NameKind =>
  ['podUid', 'namespace', 'pod', 'container', 'containerId', 'cluster'].includes(key)

export function addName(names: RecordNames, kind: NameKind, value: JsonValue): void {
  // A number may be what is wrong with the record: whom it was to name nobody knows.
  const text = typeof value === 'string' ? textOf(value) : ''
  if (kind !== 'cluster') names.isNaming = true
  if (kind === 'podUid') names.isUidUnclear ||= text === ''
  else if (kind === 'cluster' || kind === 'pod' || kind === 'namespace') names.isNameUnclear ||= text === ''
  if (text === '') return
  if (names[kind].size < namesMax) names[kind].add(text)
  else names.isFull ||= !names[kind].has(text)
}

export function addNames(names: RecordNames, named: Partial<Record<NameKind, string>>): void {
  for (const [kind, name] of Object.entries(named)) if (isKind(kind) && name !== '') addName(names, kind, name)
}

export const uuid = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/i
export const uuidPiece = /[\da-f]{8}-|[\da-f]{4}-[\da-f]{4}-/i
const uidForm = /^[\da-z][\da-z.-]{0,127}$/i

/** A pod without an API server may have a uid of another form, but not pieces of a uuid. */
export const isUid = (uid: string): boolean =>
  uidForm.test(uid) && (!uuidPiece.test(uid) || uid.match(uuid)?.[0] === uid)

export const longId = /(?<![\da-f])[\da-f]{64}(?![\da-f])/i

export const percentDecoded = (text: string): string =>
  text.replaceAll(/%([2-7][\da-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))

/** Numbers are text too. What is no text of the record's sender, such as bytes that are not UTF-8, names nothing. */
export function textOf(value: JsonValue | undefined): string {
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && text.length <= textMax && isFromText(text) ? text : ''
}

export const restartMax = 2_147_483_647

/** A whole number from 0 to `most`, also as text; -1 for anything else. */
export function wholeNumber(value: JsonValue | undefined, most = Number.MAX_SAFE_INTEGER): number {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 && number <= most ? number : -1
}
