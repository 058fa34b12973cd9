// Ports for servers that a test kills and starts again on the same port.
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * A port of 127.0.0.1 that nobody listens on, outside the range from which the system takes the ports of outgoing
 * connections: a client that tries again and again to reach a killed server would otherwise be given the very port, and
 * keep it. Another process may take it before the caller does: be ready to ask again.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 32_000)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
