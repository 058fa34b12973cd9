// Whether an address that a service listens on can be reached from other machines. Afterlog has no authentication, so a
// proxy must provide it.
import { isIP } from 'node:net'

/** Returns the warning for the start, or undefined where only this machine reaches the address. */
export function exposureOf(host: string): string | undefined {
  if (isLoopback(host)) return undefined
  return (
    `${host} can be reached from other machines, and there is no authentication: whoever reaches this port can read ` +
    'all logs of all tenants, send lines, and change how long lines are kept. ' +
    'Let only a proxy with authentication reach it, or set AFTERLOG_HTTP_HOST to 127.0.0.1'
  )
}

/** Whether only this machine has the address. `host` is a name, or an IP address as a socket reports it. */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^::ffff:/i, '')
  return host.toLowerCase() === 'localhost' || host === '::1' || (isIP(address) === 4 && address.startsWith('127.'))
}
