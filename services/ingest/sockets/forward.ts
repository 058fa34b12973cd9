// The Forward protocol of Fluentd and Fluent Bit on TCP, without TLS.
// https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1 and …-v1.5
import { once } from 'node:events'
import { createServer } from 'node:net'
import { serveConnection } from './forward/connection.ts'
import { createRoom } from './forward/room.ts'
import type { OpenSocket } from './socket.ts'

const connectionsMax = 1024
/** ms between two lines of the log about connections that are one too many. */
const dropLogMs = 10_000

export const openForward: OpenSocket = async ({ host, port }, options) => {
  const { log, inflight } = options
  const stop = new AbortController()
  const place = createRoom(inflight)
  const open = new Set<Promise<void>>()
  // A sender that ends its side still reads the answers.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const served = serveConnection(socket, { ...options, place: place(), signal: stop.signal })
    open.add(served)
    void served.then(() => open.delete(served))
  })
  server.maxConnections = connectionsMax
  let loggedMs = -Infinity
  server.on('drop', () => {
    if (performance.now() - loggedMs < dropLogMs) return
    loggedMs = performance.now()
    log.warn(`${connectionsMax} Forward connections are open, and further ones are refused`)
  })
  server.listen(port, host)
  await once(server, 'listening')
  return {
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      stop.abort()
      await Promise.all(open)
      await closed
    },
  }
}
