// The sockets that agents connect to beside HTTP, each where its variable is set. A new one adds one entry here.
import type { Config } from '#shared/config.ts'
import { listenError } from '#shared/listen-address.ts'
import { within } from '#shared/within.ts'
import { openForward } from './sockets/forward.ts'
import { openOtlpGrpc } from './sockets/otlp-grpc.ts'
import type { OpenSocket, Socket, SocketOptions } from './sockets/socket.ts'
import { openSyslog } from './sockets/syslog.ts'

const sockets = {
  AFTERLOG_LISTEN_OTLP_GRPC: openOtlpGrpc,
  AFTERLOG_LISTEN_SYSLOG: openSyslog,
  AFTERLOG_LISTEN_FORWARD: openForward,
} as const satisfies Partial<Record<keyof Config, OpenSocket>>

const names = Object.keys(sockets) as (keyof typeof sockets)[]

/** ms that a stop waits for what was taken. */
const closeMsMax = 5000

/** Opens every socket that is set. Rejects with one sentence where one of them cannot be opened. */
export async function openSockets(config: Config, shared: Omit<SocketOptions, 'forwardSharedKey'>): Promise<Socket> {
  const options = { ...shared, forwardSharedKey: config.AFTERLOG_FORWARD_SHARED_KEY }
  const opened: Socket[] = []
  const close = async (): Promise<void> => {
    for (const socket of opened) await within(closeMsMax, socket.close())
  }
  for (const name of names) {
    const address = config[name]
    if (address === undefined) continue
    try {
      opened.push(await sockets[name](address, options))
    } catch (error) {
      await close()
      throw listenError(error, address, name)
    }
    options.log.info({ ...address }, `${name} listens`)
  }
  return { close }
}
