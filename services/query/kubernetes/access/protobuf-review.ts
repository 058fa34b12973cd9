// Pure: reads an access review in protobuf, as kubectl posts it since 1.32, as far as the answer depends on it.
// Fields: k8s.io/apimachinery pkg/runtime/generated.proto (Unknown) and k8s.io/api authorization/v1/generated.proto.
import { badRequest } from '#shared/kubernetes-status.ts'

export const protobufType = 'application/vnd.kubernetes.protobuf'

/** The bytes before every object. */
const magic = Buffer.from('k8s\0')

/** The review as in JSON. Throws 400 where the body is no review. */
export function reviewOfProtobuf(body: Buffer): object {
  if (!body.subarray(0, magic.length).equals(magic)) throw notProtobuf()
  const review = messageOf(body.subarray(magic.length)).get(2)
  const spec = messageOf(review ?? Buffer.alloc(0)).get(2)
  if (spec === undefined) throw badRequest('spec: is missing, give the review with its spec')
  const fields = messageOf(spec)
  const [first, second] = [fields.get(1), fields.get(2)]
  if (kindOf(body) === 'SelfSubjectRulesReview')
    return { spec: first === undefined ? {} : { namespace: first.toString() } }
  return {
    spec: {
      ...(first === undefined ? {} : { resourceAttributes: attributes(first, resourceFields) }),
      ...(second === undefined ? {} : { nonResourceAttributes: attributes(second, pathFields) }),
    },
  }
}

const resourceFields = ['namespace', 'verb', 'group', 'version', 'resource', 'subresource', 'name']
const pathFields = ['path', 'verb']

function attributes(bytes: Buffer, names: readonly string[]): Record<string, string> {
  const message = messageOf(bytes)
  return Object.fromEntries(names.map((name, i) => [name, message.get(i + 1)?.toString() ?? '']))
}

function kindOf(body: Buffer): string {
  const type = messageOf(body.subarray(magic.length)).get(1)
  return type === undefined ? '' : (messageOf(type).get(2)?.toString() ?? '')
}

/**
 * Fields that are texts, bytes and messages, by their number. The last field of a number counts; other types are
 * skipped.
 */
function messageOf(bytes: Buffer): ReadonlyMap<number, Buffer> {
  const fields = new Map<number, Buffer>()
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let scale = 1; scale <= 128 ** 6; scale *= 128) {
      const byte = bytes[at++]
      if (byte === undefined) throw notProtobuf()
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
    throw notProtobuf()
  }
  while (at < bytes.length) {
    const tag = varint()
    const [field, wire] = [Math.floor(tag / 8), tag % 8]
    if (wire === 2) {
      const length = varint()
      if (at + length > bytes.length) throw notProtobuf()
      fields.set(field, bytes.subarray(at, at + length))
      at += length
    } else if (wire === 0) varint()
    else if (wire === 1) at += 8
    else if (wire === 5) at += 4
    else throw notProtobuf()
  }
  return fields
}

const notProtobuf = () => badRequest(`the body is no ${protobufType}: send an access review in that form, or in JSON`)
