// Pure: parses the addresses of sockets that agents connect to, such as AFTERLOG_LISTEN_FORWARD.

export interface ListenAddress {
  host: string
  port: number
}

/** Parses `host:port`; IPv6 stands in brackets. Throws an Error whose message says what is wrong. */
export function parseListenAddress(text: string): ListenAddress {
  const [, host = '', port = ''] = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(text.trim()) ?? []
  if (host === '' || Number(port) > 65_535)
    throw new Error(`must be host:port, such as 127.0.0.1:4317, or 0.0.0.0:4317 for every address of the machine`)
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
}

/** Says of an error of `listen` what is wrong with the address. `variable` sets it. */
export function listenError(error: unknown, { host, port }: ListenAddress, variable: string): Error {
  const { code } = error as NodeJS.ErrnoException
  const cause = { cause: error }
  if (code === 'EADDRINUSE')
    return new Error(`port ${port} of ${host} is taken by another process; set ${variable} to a free one`, cause)
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new Error(`${host} is not an address of this machine; set ${variable} to one`, cause)
  if (code === 'EACCES')
    return new Error(`port ${port} of ${host} may not be opened by this user; set ${variable} to one above 1023`, cause)
  return error as Error
}
