// Who may change what a service keeps: whoever sends AFTERLOG_ADMIN_TOKEN, or, where it is not set, whoever is on the
// machine of the service. Pure. No message has the token, or what was sent in its place.
import { createHash, timingSafeEqual } from 'node:crypto'
import { AfterlogError } from '#shared/errors.ts'
import { checkHostOf, type HostNames } from './allowed-hosts.ts'
import { isLoopback } from './exposure.ts'

/** A token as RFC 6750 (section 2.1) sends it. */
export const adminTokenPattern = /^[A-Za-z0-9._~+/-]{1,4096}=*$/

/** What a token must be, for the sentence about one that is not. */
export const adminTokenRule = 'must be letters, digits and -._~+/, with = at the end only'

export interface AdminRequest {
  /** Address of the peer, which is a proxy's where there is one. */
  ip: string
  headers: { authorization?: string | undefined; host?: string | undefined }
}

/** Throws `unauthorized` or `forbidden` where the request may not be served. */
export type CheckAdmin = (request: AdminRequest) => void

/**
 * The check of what only clients on this machine may do where no token is set. A web page that is open there is none of
 * them, whatever address its name has.
 * @param allowed Names by which the service may be called.
 */
export function checkAdminOf(token: string | undefined, allowed: HostNames | undefined): CheckAdmin {
  if (token !== undefined) return checkTokenOf(token)
  const checkHost = checkHostOf('127.0.0.1', allowed)
  return ({ ip, headers: { host } }) => {
    if (isLoopback(ip)) return host === undefined ? undefined : checkHost?.(host)
    throw new AfterlogError(
      'forbidden',
      `only clients on the machine of the service may do this, and this one is at ${ip}: ` +
        'set AFTERLOG_ADMIN_TOKEN at the service, and send it as Authorization: Bearer <token>',
    )
  }
}

function checkTokenOf(token: string): CheckAdmin {
  const expected = digest(token)
  return ({ headers: { authorization = '' } }) => {
    const given = /^Bearer +(\S+) *$/i.exec(authorization)?.[1]
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return
    const what = given === undefined ? 'this needs a token' : 'the token is not that of the service'
    throw new AfterlogError(
      'unauthorized',
      `${what}: send the value of AFTERLOG_ADMIN_TOKEN of the service as Authorization: Bearer <token>`,
      { parameter: 'Authorization' },
    )
  }
}

/** Digests are of one length, which timingSafeEqual requires, and their comparison tells nothing of the token. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
