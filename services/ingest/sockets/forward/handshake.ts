// The handshake of the Forward protocol: each side proves that it has the shared key, which is never sent. The user that
// a sender may name is the tenant of its lines; no password is asked for, since the key is the proof.
// https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1#handshake-messages
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { isTenant } from '#shared/tenant.ts'
import { MsgpackSyntaxError } from '../../formats/msgpack-heads.ts'
import { MsgpackReader } from '../../formats/msgpack-reader.ts'

/** A name that no sender has: Fluentd takes a receiver of its own name for itself. */
const selfName = 'afterlog.forward'

/** The most bytes of a PING. */
export const pingBytesMax = 4096

export interface Admission {
  pong: Buffer
  /** Why the sender is refused. */
  refused?: string
  tenant: string
}

export class Handshake {
  private readonly sharedKey: string
  private readonly nonce = randomBytes(16).toString('hex')
  /** What the receiver says first. */
  readonly helo: Buffer

  constructor(sharedKey: string) {
    this.sharedKey = sharedKey
    const options = [text('nonce'), text(this.nonce), text('auth'), text(randomBytes(16).toString('hex'))]
    this.helo = Buffer.concat([head(0x92), text('HELO'), head(0x83), ...options, text('keepalive'), head(0xc3)])
  }

  /** Answers a PING. */
  admit(ping: Buffer): Admission {
    const parts = readPing(ping)
    if (parts === undefined) return refusal('the first message is no PING of the handshake')
    const [, name, salt, digest, user] = parts
    if (name!.toString() === selfName) return refusal(`the sender has the name of the receiver, ${selfName}`)
    if (!isEqual(digest!, this.digest(salt!, name!))) return refusal('the shared key is another one')
    const tenant = user!.length === 0 ? 'default' : user!.toString()
    if (!isTenant(tenant))
      return refusal('the user must be a tenant: 1 to 128 printable ASCII characters without blanks')
    const proof = text(this.digest(salt!, Buffer.from(selfName)))
    return { tenant, pong: Buffer.concat([head(0x95), text('PONG'), head(0xc3), text(''), text(selfName), proof]) }
  }

  private digest(salt: Buffer, name: Buffer): string {
    return createHash('sha512').update(salt).update(name).update(this.nonce).update(this.sharedKey).digest('hex')
  }
}

const refusal = (refused: string): Admission => ({
  refused,
  tenant: '',
  pong: Buffer.concat([head(0x95), text('PONG'), head(0xc2), text(refused), text(''), text('')]),
})

const isEqual = (digest: Buffer, expected: string): boolean =>
  digest.length === expected.length && timingSafeEqual(digest, Buffer.from(expected))

/** ['PING', name, salt, digest, user, digest of the password]. Salts are any bytes. */
function readPing(bytes: Buffer): Buffer[] | undefined {
  const reader = new MsgpackReader(bytes, 'latin1')
  try {
    if (reader.arrayLength() !== 6) return undefined
    const parts = Array.from({ length: 6 }, () => reader.raw())
    return parts[0]!.toString() === 'PING' ? parts : undefined
  } catch (error) {
    if (error instanceof MsgpackSyntaxError) return undefined
    throw error
  }
}

const head = (byte: number): Buffer => Buffer.from([byte])

/** A text of at most 255 bytes. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from([0xd9, bytes.length]), bytes])
}
