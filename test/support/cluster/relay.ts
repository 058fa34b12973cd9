// A TCP relay before the native port of a node, for the other nodes of its cluster. It ends a connection in order where
// a peer has reset it: the engine in libchdb, unlike a server, ends with an uncaught exception when it reads from a
// connection that was reset, and a node resets one whenever it needs no more of an answer.
import { connect, createServer, type AddressInfo, type Server } from 'node:net'

export interface Relay {
  port: number
  /** From now on connections are refused, as by a host without a server. */
  close(): Promise<void>
  /** On the same port again. */
  open(): Promise<void>
}

export async function startRelay(to: number): Promise<Relay> {
  let server = await listen(to, 0)
  const { port } = server.address() as AddressInfo
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
      }),
    async open() {
      server = await listen(to, port)
    },
  }
}

async function listen(to: number, port: number): Promise<Server> {
  const server = createServer((client) => {
    const node = connect(to, '127.0.0.1')
    client.pipe(node)
    node.pipe(client)
    client.on('error', () => undefined).once('close', () => node.end().resume())
    node.on('error', () => undefined).once('close', () => client.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve)
  })
  return server
}
