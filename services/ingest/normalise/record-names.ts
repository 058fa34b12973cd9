// Pure: the names of a life that a refused record has, or a text that is no record: each value beside a known name, in
// whatever spelling, and what paths, uuids and container ids say. Which of them are a life: refused-lives.ts.
import { parseLogPath } from '#shared/kubelet-path.ts'
import { isFromText } from '../formats/json-escape.ts'
import { isObject, type JsonObject, type JsonValue } from './tolerant-json.ts'

type NameKind = 'podUid' | 'namespace' | 'pod' | 'container' | 'containerId' | 'cluster'

export interface RecordNames extends Record<NameKind, Set<string>> {
  /** Numbers of lives, -1 where one cannot be read. */
  restart: Set<number>
  /** There is something that should name a life, be it unreadable. */
  isNaming: boolean
  /** The uid of a path may be a piece of one. */
  isUidUnclear: boolean
  /** Of the cluster nobody can say what was meant. */
  isClusterUnclear: boolean
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
  isClusterUnclear: false,
  isFull: false,
})

/** The longest text of a field that counts. */
const textMax = 4096
const namesMax = 64

/** What a record names by its fields, its path, and what an agent added to it from the API server. */
export function namesOf({ entries }: JsonObject): RecordNames {
  const names = noNames()
  for (const [key, value] of entries) {
    if (value === null || value === '') continue
    if (key === 'path') addPath(names, typeof value === 'string' ? value : '')
    else if (key === 'kubernetes') addNested(names, value, key)
    else if (key === 'restart') names.restart.add(wholeNumber(value, restartMax))
    else if (isKind(key)) addName(names, key, value)
  }
  return names
}

/**
 * What a record that names nobody so names in other ways. A line of the node itself is of no life. `isSure`: beside known
 * names, which are more than something that looks like one.
 */
export function otherNamesOf(record: JsonObject): { names: RecordNames; isSure: boolean } {
  const names = noNames()
  if (record.entries.some(([key, value]) => key === 'unit' && textOf(value) !== '')) return { names, isSure: false }
  addNested(names, record, '')
  const { isNaming } = names
  const isSure = names.podUid.size + names.containerId.size > 0
  for (const text of stringsIn(record)) addNamesIn(names, text)
  return { names: { ...names, isNaming }, isSure }
}

const isKind = (key: string): key is NameKind =>
  ['podUid', 'namespace', 'pod', 'container', 'containerId', 'cluster'].includes(key)

function addName(names: RecordNames, kind: NameKind, value: JsonValue): void {
  const text = textOf(value)
  if (kind === 'cluster') names.isClusterUnclear ||= text === ''
  else names.isNaming = true
  if (text === '') return
  if (names[kind].size < namesMax) names[kind].add(text)
  else names.isFull ||= !names[kind].has(text)
}

/** Names beside known names, at any depth. A pod's labels are anybody's words. */
function addNested(names: RecordNames, root: JsonValue, rootKey: string): void {
  const waiting: [JsonValue, string][] = [[root, rootKey]]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [value, parent] = next
    if (Array.isArray(value)) for (const each of value) waiting.push([each, parent])
    else if (isObject(value))
      for (const [key, each] of value.entries) {
        const kind = kindOf(parent + key) ?? kindOf(key)
        if (rootKey !== '' && (key === 'labels' || key === 'annotations')) continue
        if (typeof each === 'object' && each !== null) waiting.push([each, key])
        else if (kind !== undefined && each !== null && each !== '') addName(names, kind, each)
      }
  }
}

/** Strings of a record that are not the text of its line. */
function stringsIn(root: JsonObject): string[] {
  const strings: string[] = []
  const waiting: JsonValue[] = [root]
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value === 'string') strings.push(value)
    else if (Array.isArray(value)) for (const each of value) waiting.push(each)
    else if (isObject(value)) for (const [key, each] of value.entries) if (!lineTexts.has(key)) waiting.push(each)
  }
  return strings.filter((text) => text.length <= textMax)
}

const lineTexts: ReadonlySet<string> = new Set(['message', 'cri', 'log', 'msg', 'body', 'text', 'line'])

const kindByKey: ReadonlyMap<string, NameKind> = new Map([
  ['poduid', 'podUid'],
  ['podid', 'podUid'],
  ['namespace', 'namespace'],
  ['namespacename', 'namespace'],
  ['podnamespace', 'namespace'],
  ['pod', 'pod'],
  ['podname', 'pod'],
  ['container', 'container'],
  ['containername', 'container'],
  ['containerid', 'containerId'],
  ['dockerid', 'containerId'],
  ['cluster', 'cluster'],
  ['clustername', 'cluster'],
])

/** `podUid`, `pod_uid`, `k8s.pod.uid`, `kubernetes.pod_id`, in any case. */
const kindOf = (key: string): NameKind | undefined =>
  key.length > 128
    ? undefined
    : kindByKey.get(
        key
          .toLowerCase()
          .replaceAll(/[^a-z\d]/g, '')
          .replace(/^(?:io)?(?:kubernetes|k8s|kube)/, ''),
      )

/** Adds what a path names, also one that is not the kubelet's. A path that is too long still ends with what it names. */
function addPath(names: RecordNames, sent: string): void {
  const end = sent.slice(-textMax).trim()
  const path = plainPath(end)
  if (path === '' || !isFromText(path)) {
    names.isNaming = true
    return
  }
  // A control character may stand for another one: what follows is no name for sure.
  if (/\p{Cc}/u.test(end)) {
    names.isNaming = names.isUidUnclear = true
    for (const [id] of path.matchAll(new RegExp(uuid, 'gi'))) addName(names, 'podUid', id)
    return
  }
  const exact = parseLogPath(path)
  if (exact !== undefined) {
    const { kind, namespace, pod, container } = exact
    const id = kind === 'pods' ? { podUid: exact.podUid } : { containerId: exact.containerId }
    addNames(names, { namespace, pod, container, ...id })
    if (kind === 'pods') names.restart.add(exact.restart)
    return
  }
  addParts(names, path)
}

function addParts(names: RecordNames, path: string): void {
  const [containerId = ''] = longId.exec(path) ?? []
  const parts = path.split('/')
  const at = parts.findLastIndex((part) => threeNames.test(part))
  const [, first = '', second = '', third = ''] = threeNames.exec(parts[at] ?? '') ?? []
  if (at < 0) {
    const [podUid = ''] = uuid.exec(path) ?? []
    addNames(names, { podUid, containerId })
    names.isNaming ||= ofContainers.test(path)
    return
  }
  const link = /^(.+)-([\da-f]{6,128})(?:\.|$)/i.exec(third)
  if (at === parts.length - 1 && link !== null && !uuidPiece.test(third))
    return addNames(names, { pod: first, namespace: second, container: link[1]!, containerId: link[2]! })
  addNames(names, { namespace: first, pod: second, podUid: third, containerId })
  // What follows a piece of a uid may be more of it.
  const isPiece = /^[\da-f-]{1,31}$/i.test(third) || !isUid(third)
  names.isUidUnclear ||= third !== '' && isPiece
  if (third !== '' && isPiece) return
  addNames(names, { container: parts[at + 1] ?? '' })
  const [, restart] = /^(\d{1,9})(?:\.|$)/.exec(parts[at + 2] ?? '') ?? []
  if (restart !== undefined) names.restart.add(Number(restart))
}

function addNames(names: RecordNames, named: Partial<Record<NameKind, string>>): void {
  for (const [kind, name] of Object.entries(named)) if (isKind(kind) && name !== '') addName(names, kind, name)
}

const threeNames = /^([^_/]*)_([^_/]+)_([^_/]*)$/
export const uuid = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/i
const uuidPiece = /[\da-f]{8}-|[\da-f]{4}-[\da-f]{4}-/i
const uidForm = /^[\da-z][\da-z.-]{0,127}$/i

/** A pod without an API server may have a uid of another form, but not pieces of a uuid. */
export const isUid = (uid: string): boolean =>
  uidForm.test(uid) && (!uuidPiece.test(uid) || uid.match(uuid)?.[0] === uid)

export const longId = /(?<![\da-f])[\da-f]{64}(?![\da-f])/i
const shortId = /[\da-f]{12}/i
const ofContainers = /pods|containers|docker|kube/i

/** Agents make tags of paths, with a full stop for each slash. */
const tagOfAgent = /^[^/_]*\b(?:containers|pods)\./

/** Without what URLs and Windows add to it, whose single backslashes may have become control characters. */
const plainPath = (path: string): string =>
  percentDecoded(path.trim())
    .replaceAll(/[\b\f\n\r\t]/g, (control) => `/${'bfnrt'['\b\f\n\r\t'.indexOf(control)]!}`)
    .replaceAll('\\', '/')
    .replace(/[?#].*/, '')
    .replace(tagOfAgent, '')

export const percentDecoded = (text: string): string =>
  text.replaceAll(/%([2-7][\da-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))

/**
 * Adds all names that a text may have, which need not be JSON. Returns whether one of them surely is a name, beside what
 * says so, and none is cut, by the end of the text or by a quote.
 */
export function addNamesIn(names: RecordNames, text: string): boolean {
  const plain = percentDecoded(
    text.replaceAll(/\\+(?:u([\da-f]{4})|(["'`]))?/gi, (_, code: string | undefined, quote: string | undefined) =>
      code === undefined ? (quote ?? '/') : String.fromCharCode(Number.parseInt(code, 16)),
    ),
  )
  let isSure = false
  let isClear = true
  for (const { 1: key, index, 0: all } of plain.matchAll(keyForm)) {
    if (names.isFull) return false
    const kind = kindOf(key!)
    if (kind === undefined) continue
    const { value, isWhole } = valueAt(plain, index + all.length)
    if (value === '') continue
    addName(names, kind, value)
    isClear &&= isWhole
    isSure ||= (kind === 'podUid' && isUid(value)) || (kind === 'containerId' && shortId.test(value))
  }
  for (const { 0: token, index } of plain.matchAll(/[^\s"'`,;()[\]{}<>|&=]+/g)) {
    const isPath = token.includes('/') && ofContainers.test(token.slice(-textMax))
    if (!isPath && !(token.length < textMax && nameOfPod.test(token))) continue
    addPath(names, token)
    isSure ||= index + token.length < plain.length && (uuid.test(token) || longId.test(token))
  }
  for (const [id] of plain.matchAll(/[\da-f]{8}([-_])[\da-f]{4}\1[\da-f]{4}\1[\da-f]{4}\1[\da-f]{12}/gi))
    addName(names, 'podUid', id.replaceAll('_', '-'))
  for (const [id] of plain.matchAll(/(?<![\da-f])[\da-f]{32}(?![\da-f])/gi)) addName(names, 'podUid', id)
  for (const [id] of plain.matchAll(/(?<![\da-f])[\da-f]{64}(?![\da-f])/gi)) addName(names, 'containerId', id)
  return isSure && isClear
}

/** A word with what makes it a key. */
const keyForm = /(?<![\w.-])([a-z][\w.-]{0,60})["'`]*\s*(?::|=>?)\s*/gi
/** The name of a pod's directory: a part of a path without its path. */
const nameOfPod = new RegExp(`_${uuid.source}|^[^_/]+_[^_/]+_[^_/]+\\.log`, 'i')

/** A value in quotes of any kind, or up to white space. Of a longer one, its beginning. */
function valueAt(text: string, at: number): { value: string; isWhole: boolean } {
  const quote = /["'`]/.exec(text[at] ?? '')?.[0]
  const start = quote === undefined ? at : at + 1
  const piece = text.slice(start, start + (quote === undefined ? 256 : textMax))
  const length = quote === undefined ? piece.search(/[\s"'`,;&{}[\]()]/) : piece.indexOf(quote)
  const value = length < 0 ? piece : piece.slice(0, length)
  const behind = text[start + value.length + (quote === undefined ? 0 : 1)] ?? ''
  return { value, isWhole: length >= 0 && /[\s,;&}\])]/.test(behind) }
}

/** Numbers are text too. What is no text of the record's sender, such as bytes that are not UTF-8, names nothing. */
export function textOf(value: JsonValue | undefined): string {
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && text.length <= textMax && isFromText(text) ? text : ''
}

const restartMax = 2_147_483_647

/** A whole number from 0 to `most`, also as text; -1 for anything else. */
export function wholeNumber(value: JsonValue | undefined, most = Number.MAX_SAFE_INTEGER): number {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 && number <= most ? number : -1
}
