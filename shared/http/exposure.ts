// Who can reach an address that a service listens on. There is no authentication: beyond this machine that is for a
// proxy to do.
import { isIP } from 'node:net'

/** What to warn of at the start; undefined where only this machine reaches the address. */
export function exposureOf(host: string): string | undefined {
  if (isLoopback(host)) return undefined
  return (
    `${host} can be reached from other machines, and there is no authentication: whoever reaches this port can read all logs of all ` +
    'tenants, send lines, and change how long lines are kept. Let only a proxy with authentication reach it, or set AFTERLOG_HTTP_HOST to 127.0.0.1'
  )
}

/** Whether only this machine has the address. `host`: a name, or an IP address as a socket gives it. */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^::ffff:/i, '')
  return host.toLowerCase() === 'localhost' || host === '::1' || (isIP(address) === 4 && address.startsWith('127.'))
}
