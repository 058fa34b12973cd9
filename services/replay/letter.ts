// Pure: turns a dead letter of GET /v1/dead-letters into the request that sends its record again, or a reason why it
// cannot be sent. The record gets the defaults of its batch. A line with neither offset nor ordinal gets an ordinal
// made of the letter's id: sent twice it is one line, and two equal letters are two lines.

export interface Letter {
  id: string
  time: string
  origin: string
  reason: string
  code: string
  format: string | null
  cluster: string
  node: string
  agent: string
  payload: string | { base64: string }
  truncated: boolean
}

export interface ReplayRequest {
  path: string
  headers: Record<string, string>
  body: Buffer
}

const paths = new Map([
  ['native', '/v1/batches'],
  ['lifecycle', '/v1/lifecycle'],
])

/** Returns the request, or the sentence that says why the letter cannot be sent again. */
export function requestOf(letter: Letter): ReplayRequest | string {
  const path = paths.get(letter.format ?? '')
  const payload =
    typeof letter.payload === 'string' ? Buffer.from(letter.payload) : Buffer.from(letter.payload.base64, 'base64')
  if (letter.truncated) return 'is cut at 64 KiB'
  if (payload.length === 0) return 'has no payload'
  if (path === undefined) return `has a format that cannot be sent again: ${letter.format ?? 'none'}`
  const value = read(payload)
  const isRecord = letter.format === 'native' && isObject(value) && !Array.isArray(value['records'])
  const body = isRecord ? alone(payload, value, letter) : payload
  return { path, headers: headersOf(letter, value === undefined), body }
}

function headersOf({ id, cluster, node }: Letter, broken: boolean): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': broken ? 'application/x-ndjson' : 'application/json',
    'x-afterlog-replay': id,
  }
  for (const [name, value] of [
    ['x-afterlog-cluster', cluster],
    ['x-afterlog-node', node],
  ] as const)
    if (/^[\x20-\x7e]{1,253}$/.test(value)) headers[name] = value
  return headers
}

/** Returns a batch of one record, whose bytes are unchanged. */
function alone(record: Buffer, value: Record<string, unknown>, { id, cluster, node, agent }: Letter): Buffer {
  const head = JSON.stringify({ ...nonEmpty({ cluster, node, agent }), records: [] }).slice(0, -2)
  if ((value['offset'] ?? value['ordinal'] ?? null) !== null)
    return Buffer.concat([Buffer.from(head), record, Buffer.from(']}')])
  const end = record.lastIndexOf(0x7d)
  const ordinal = `${Object.keys(value).length === 0 ? '' : ','}"ordinal":${ordinalOf(id)}}]}`
  return Buffer.concat([Buffer.from(head), record.subarray(0, end), Buffer.from(ordinal)])
}

const nonEmpty = (fields: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''))

/** An ordinal below 2^53. */
const ordinalOf = (id: string): bigint => BigInt(id) & ((1n << 53n) - 1n)

// Parses as the service does, byte by byte and with control bytes let through. Only its shape and its keys are read.
function read(payload: Buffer): unknown {
  try {
    // oxlint-disable-next-line no-control-regex
    return JSON.parse(payload.toString('latin1').replace(/[\x00-\x1f]/g, ' ')) as unknown
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
