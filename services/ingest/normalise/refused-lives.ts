// Pure: whose lines a rejected payload had. A life of which lines were refused is not sealed (decision 0009). What a
// record names is read as formats/native-record.ts does, but from a record that need not be right, nor even JSON.
import { bareContainerId, containerKey } from '#shared/container-id.ts'
import { parseLogPath } from '#shared/kubelet-path.ts'

/** Refused lines of one life at one place. */
export interface RefusedLife {
  /** As in refused_lines: a uid, unresolved:<cluster>/<namespace>/<pod>, or container:<12 digits>. */
  podKey: string
  container: string
  /** -1 where it is not named, like offset and length. */
  restart: number
  /** Without its scheme. */
  containerId: string
  file: string
  offset: number
  length: number
  /** How many records. */
  lines: number
}

/** Lives of further records of one body that are remembered at most. */
const furtherMax = 1000
/** The longest text of a field that counts. */
const textMax = 4096

/**
 * Whose lines a payload had: a record, a batch of records, or an array or lines of them; empty where it names no pod.
 * `cluster`: of records that name none.
 */
export function livesOfPayload(payload: Buffer, cluster: string): RefusedLife[] {
  if (!payload.includes('"')) return []
  const text = payload.toString()
  const whole = parsed(text)
  const lives =
    whole === undefined ? text.split('\n').flatMap((line) => livesOfText(line, cluster)) : livesIn(whole, cluster)
  return [...together(lives).values()]
}

/** Adds the lives of a payload to those of the records before it, a life without places. */
export function addFurther(further: Map<string, RefusedLife>, payload: Buffer, cluster: string): void {
  for (const life of livesOfPayload(payload, cluster)) {
    const unplaced = { ...life, file: '', offset: -1, length: -1 }
    const known = further.get(keyOf(unplaced))
    if (known !== undefined) known.lines += life.lines
    else if (further.size < furtherMax) further.set(keyOf(unplaced), unplaced)
  }
}

function livesOfText(line: string, cluster: string): RefusedLife[] {
  const record = parsed(line)
  return record === undefined ? livesIn(quotedFields(line), cluster) : livesIn(record, cluster)
}

function livesIn(value: unknown, cluster: string): RefusedLife[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((one) => livesIn(one, cluster))
  const fields = value as Fields
  if (Array.isArray(fields['records'])) return livesIn(fields['records'], textOf(fields['cluster']) || cluster)
  const life = lifeOf(fields, cluster)
  return life === undefined ? [] : [life]
}

type Fields = Readonly<Record<string, unknown>>

function lifeOf(fields: Fields, inherited: string): RefusedLife | undefined {
  const path = parseLogPath(textOf(fields['path']))
  const inPods = path?.kind === 'pods' ? path : undefined
  const containerId = bareContainerId(
    textOf(fields['containerId']) || (path?.kind === 'containers' ? path.containerId : ''),
  )
  const [namespace, pod] = [textOf(fields['namespace']) || path?.namespace, textOf(fields['pod']) || path?.pod]
  const uid = textOf(fields['podUid']) || inPods?.podUid || ''
  const cluster = textOf(fields['cluster']) || inherited
  const byName = namespace !== undefined && pod !== undefined ? `unresolved:${cluster}/${namespace}/${pod}` : ''
  const podKey = uid || byName || (containerId === '' ? '' : containerKey(containerId))
  if (podKey === '') return undefined
  return {
    podKey,
    container: textOf(fields['container']) || path?.container || '',
    restart: numberOf(fields['restart'], inPods?.restart),
    containerId,
    file: typeof fields['file'] === 'number' ? String(fields['file']) : textOf(fields['file']),
    offset: numberOf(fields['offset']),
    length: numberOf(fields['length']),
    lines: 1,
  }
}

/** Sums the lines of one life that have no place; a place that comes twice is one line. */
function together(lives: readonly RefusedLife[]): Map<string, RefusedLife> {
  const byKey = new Map<string, RefusedLife>()
  for (const life of lives) {
    const known = byKey.get(keyOf(life))
    if (known === undefined) byKey.set(keyOf(life), { ...life })
    else if (life.offset < 0) known.lines += life.lines
  }
  return byKey
}

const keyOf = (life: RefusedLife): string => JSON.stringify({ ...life, lines: 0 })

const textOf = (value: unknown): string => (typeof value === 'string' && value.length <= textMax ? value : '')

/** A whole number from 0, also as text; -1 for anything else. */
function numberOf(value: unknown, otherwise = -1): number {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : otherwise
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The fields of a record that is cut, or broken otherwise. */
function quotedFields(text: string): Fields {
  const fields: Record<string, unknown> = {}
  for (const [, name, value, number] of text.matchAll(field)) fields[name!] = number ?? parsed(`"${value!}"`)
  return fields
}

const names = 'path|podUid|namespace|pod|container|containerId|cluster|file|restart|offset|length'
const field = new RegExp(`"(${names})"\\s*:\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(\\d+))`, 'g')
