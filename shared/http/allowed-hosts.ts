// Pure: the names by which a service may be called. A web page can point a name of its own at 127.0.0.1 (DNS rebinding)
// and so read and write, in the browser of whoever opens it, what listens on that machine alone. Its requests name that
// name in the Host header, and are refused by it.
import { isIP } from 'node:net'
import { AfterlogError } from '#shared/errors.ts'
import { isLoopback } from './exposure.ts'

/** Names in lower case, `*` for any. */
export type HostNames = ReadonlySet<string>

/** Throws `host-not-allowed` where a Host header names what the service is not called by. */
export type CheckHost = (header: string) => void

/** Parses `logs.example,logs` or `*`. Throws an Error whose message says what is wrong. */
export function parseHostNames(text: string): HostNames {
  const names = text
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== '')
  const wrong = names.find((name) => name !== '*' && nameOf(name) !== unbracketed(name))
  if (wrong !== undefined)
    throw new Error(
      `${JSON.stringify(wrong)} is not a host name; write names without scheme and port, separated by commas, or *`,
    )
  if (names.length === 0) throw new Error('must name a host: names separated by commas, or * for any')
  return new Set(names.map(unbracketed))
}

/**
 * Returns the check of a service, or undefined where it answers to every name. Beyond loopback, addresses are always
 * let through: probes and scrapers use them, and DNS rebinding needs a name.
 * @param listensOn The address that the service listens on.
 */
export function checkHostOf(listensOn: string, allowed: HostNames | undefined): CheckHost | undefined {
  const isLocal = isLoopback(listensOn)
  if (allowed?.has('*') === true || (!isLocal && allowed === undefined)) return undefined
  return (header) => {
    const name = nameOf(header)
    if (name !== undefined && (isLocalName(name) || allowed?.has(name) === true || (!isLocal && isIP(name) !== 0)))
      return
    throw new AfterlogError(
      'host-not-allowed',
      `the Host ${JSON.stringify(header.slice(0, 100))} is not a name of this service: ` +
        'use localhost or 127.0.0.1, or add the name to AFTERLOG_ALLOWED_HOSTS',
      { parameter: 'Host' },
    )
  }
}

const isLocalName = (name: string): boolean => isLoopback(name) || name.endsWith('.localhost')

/**
 * Returns the name or the address of `name:port` or `[address]:port` in lower case, or undefined where it is neither.
 */
function nameOf(header: string): string | undefined {
  const [, address, name] = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+))(?::\d{0,5})?$/i.exec(header) ?? []
  if (address !== undefined) return isIP(address) === 6 ? address.toLowerCase() : undefined
  return name?.toLowerCase().replace(/\.$/, '')
}

const unbracketed = (name: string): string => name.replace(/^\[(.*)\]$/, '$1')
