// Pure: the names of a life that a refused record has, or a text that is no record: each value beside a known name, in
// whatever spelling, and what paths, uuids and container ids say. Which of them are a life: refused-lives.ts.
import {
  addName,
  isKind,
  isUid,
  longId,
  noNames,
  percentDecoded,
  restartMax,
  textMax,
  textOf,
  uuid,
  wholeNumber,
  type NameKind,
  type RecordNames,
} from './life-names.ts'
import { addPath, ofContainers } from './path-names.ts'
import { isObject, type JsonObject, type JsonValue } from './tolerant-json.ts'

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
 * What a record that names nobody so names in other ways. A line of the node itself is of no life, but for what stands
 * beside its `unit`. `isSure`: beside known names, which are more than something that looks like one. Of long texts
 * `charsMax` characters are looked through in all, and `chars` tells how many.
 */
export function otherNamesOf(
  record: JsonObject,
  charsMax: number,
): { names: RecordNames; isSure: boolean; chars: number } {
  const names = noNames()
  const isOfNode = record.entries.some(([key, value]) => key === 'unit' && textOf(value) !== '')
  addNested(names, isOfNode ? withoutNested(record) : record, '')
  const isSure = names.podUid.size + names.containerId.size > 0
  if (isOfNode) return { names, isSure, chars: 0 }
  let { isNaming } = names
  let chars = 0
  for (const text of textsIn(record)) {
    if (text.length > textMax) chars += text.length
    // What is not looked through may name anybody.
    if (chars > charsMax) isNaming = names.isNameUnclear = names.isUidUnclear = true
    else addNamesIn(names, text)
  }
  return { names: { ...names, isNaming }, isSure, chars }
}

const withoutNested = ({ entries, isOpen }: JsonObject): JsonObject => ({
  entries: entries.filter(([, value]) => typeof value !== 'object'),
  isOpen,
})

/** Names beside known names, at any depth. A pod's labels are anybody's words. */
function addNested(names: RecordNames, root: JsonValue, rootKey: string): void {
  const waiting: [JsonValue, string][] = [[root, rootKey]]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [value, parent] = next
    if (Array.isArray(value)) for (const each of value) waiting.push([each, parent])
    else if (isObject(value)) {
      addPair(names, value)
      for (const [key, each] of value.entries) {
        const kind = kindOf(parent + key) ?? kindOf(key)
        if (rootKey !== '' && (key === 'labels' || key === 'annotations')) continue
        if (typeof each === 'object' && each !== null) waiting.push([each, key])
        else if (kind !== undefined && each !== null && each !== '') addName(names, kind, each)
      }
    }
  }
}

/** OpenTelemetry has a name and its value beside each other: `{"key":"k8s.pod.name","value":{"stringValue":"cart"}}`. */
function addPair(names: RecordNames, { entries }: JsonObject): void {
  const [, name] = entries.find(([key]) => key === 'key' || key === 'name') ?? []
  const kind = typeof name === 'string' ? kindOf(name) : undefined
  if (kind === undefined) return
  for (const [key, value] of entries) {
    if (key !== 'value') continue
    const values = isObject(value) ? value.entries.map(([, each]) => each) : [value]
    for (const each of values) if (each !== null && each !== '') addName(names, kind, each)
  }
}

/** Keys and strings of a record that are not the text of its line. */
function textsIn(root: JsonObject): string[] {
  const strings: string[] = []
  const waiting: JsonValue[] = [root]
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value === 'string') strings.push(value)
    else if (Array.isArray(value)) for (const each of value) waiting.push(each)
    else if (isObject(value))
      for (const [key, each] of value.entries) {
        if (key.length >= nameMin) strings.push(key)
        if (!lineTexts.has(key)) waiting.push(each)
      }
  }
  return strings
}

/** A key that is no field's may be a uid or a path. */
const nameMin = 16

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

const shortId = /[\da-f]{12}/i
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
