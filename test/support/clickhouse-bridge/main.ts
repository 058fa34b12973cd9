// The child process of start.ts: serves the HTTP protocol of ClickHouse on 127.0.0.1 over the embedded engine.
// Arguments: data directory, port (0 for any). Prints the port as a line of JSON once it listens; ends with its parent.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

// The thread pool starts with its first use: nothing that reads files has run yet.
// oxlint-disable-next-line node/no-process-env
process.env['UV_THREADPOOL_SIZE'] = '24'
const { openBridge } = await import('./bridge.ts')
const { answer } = await import('./answer.ts')
const { createInsertFaults } = await import('./faults.ts')

const [dir, port] = process.argv.slice(2)
const bridge = await openBridge(dir!)
const faults = createInsertFaults()
const server = createServer(
  { maxHeaderSize: 1024 * 1024, requestTimeout: 0 },
  (request: IncomingMessage, response: ServerResponse) => {
    answer(bridge, faults, request, response).catch((error: unknown) => {
      process.stderr.write(`bridge: ${String(error)}\n`)
      response.destroy()
    })
  },
)
server.listen(Number(port), '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`)
})

const stop = (): void => {
  server.close()
  server.closeAllConnections()
  setTimeout(() => process.exit(1), 5000).unref()
  void bridge.close().then(() => process.exit(0))
}
process.once('SIGTERM', stop)
process.stdin.once('end', stop).resume()
