// What the sockets of agents have in common: what they are opened with, and how they end.
import type { ListenAddress } from '#shared/listen-address.ts'
import type { Registry } from 'prom-client'
import type { Logger } from '#shared/logger.ts'
import type { InflightBytes } from '../buffer/inflight.ts'
import type { DeliverBody } from '../routes/deliver-body.ts'

export interface SocketOptions {
  deliver: DeliverBody
  inflight: InflightBytes
  /** The most bytes of what is decoded at once. */
  bodyBytesMax: number
  /** The cluster of records that name none. */
  cluster: string
  /** ms since 1970. */
  clock: () => number
  /** What senders of the Forward protocol must have too, where it is set. */
  forwardSharedKey: string | undefined
  log: Logger
  /** Where a socket registers its metrics. */
  registry: Registry
}

export interface Socket {
  /** Takes no more, and resolves once what was taken is answered. */
  close(): Promise<void>
}

/** Rejects where the address cannot be listened at. */
export type OpenSocket = (address: ListenAddress, options: SocketOptions) => Promise<Socket>
