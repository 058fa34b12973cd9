// Pure: the names that a path has, be it damaged, cut, or not the kubelet's.
import { parseLogPath } from '#shared/kubelet-path.ts'
import { isFromText } from '../formats/json-escape.ts'
import {
  addName,
  addNames,
  isUid,
  longId,
  percentDecoded,
  textMax,
  uuid,
  uuidPiece,
  type RecordNames,
} from './life-names.ts'

/** Adds what a path names, also one that is not the kubelet's. A path that is too long still ends with what it names. */
export function addPath(names: RecordNames, sent: string): void {
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
  const link = /^(.+)-([\da-f]{6,128})\./i.exec(third)
  if (at === parts.length - 1 && link !== null && !uuidPiece.test(third))
    return addNames(names, { pod: first, namespace: second, container: link[1]!, containerId: link[2]! })
  if (at === parts.length - 1 && parts[at - 1] !== 'pods' && !isWholeUid.test(third)) {
    // A damaged link, or a directory of a pod: which name is the pod's nobody can say.
    names.isNaming = names.isNameUnclear = names.isUidUnclear = true
    for (const name of [first, second]) addNames(names, { namespace: name, pod: name })
    return addNames(names, { podUid: third, containerId })
  }
  addNames(names, { namespace: first, pod: second, podUid: third, containerId })
  // What follows a piece of a uid may be more of it.
  const isPiece = /^[\da-f-]{1,31}$/i.test(third) || !isUid(third)
  names.isUidUnclear ||= third !== '' && isPiece
  if (third !== '' && isPiece) return
  addNames(names, { container: parts[at + 1] ?? '' })
  const [, restart] = /^(\d{1,9})(?:\.|$)/.exec(parts[at + 2] ?? '') ?? []
  if (restart !== undefined) names.restart.add(Number(restart))
}

const isWholeUid = new RegExp(`^${uuid.source}$`, 'i')
const threeNames = /^([^_/]*)_([^_/]+)_([^_/]*)$/
export const ofContainers = /pods|containers|docker|kube/i

/** Agents make tags of paths, with a full stop for each slash. */
const tagOfAgent = /^[^/_]*\b(?:containers|pods)\./

/** Without what URLs and Windows add to it, whose single backslashes may have become control characters. */
const plainPath = (path: string): string =>
  percentDecoded(path.trim())
    .replaceAll(/[\b\f\n\r\t]/g, (control) => `/${'bfnrt'['\b\f\n\r\t'.indexOf(control)]!}`)
    .replaceAll('\\', '/')
    .replace(/[?#].*/, '')
    .replace(tagOfAgent, '')
