// Whether an address that a service listens on can be reached from other machines. Reading and sending lines need no
// authentication, so a proxy must provide it.
import { BlockList, isIP } from 'node:net'

/** Returns the warning for the start, or undefined where only this machine reaches the address. */
export function exposureOf(host: string, adminToken: string | undefined): string | undefined {
  if (isLoopback(host)) return undefined
  return (
    `${host} can be reached from other machines, and there is no authentication: whoever reaches this port can read ` +
    'all logs of all tenants and send lines. ' +
    (adminToken === undefined
      ? 'Until AFTERLOG_ADMIN_TOKEN is set, only clients on this machine can change how long lines are kept, and replay ' +
        'dead letters. '
      : '') +
    'Let only a proxy with authentication reach it, or set AFTERLOG_HTTP_HOST to 127.0.0.1'
  )
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether only this machine has the address. `host` is `localhost`, or an IP address in any of its forms. */
export function isLoopback(host: string): boolean {
  const version = isIP(host)
  if (version === 0) return host.toLowerCase() === 'localhost'
  return loopback.check(host, version === 4 ? 'ipv4' : 'ipv6')
}
