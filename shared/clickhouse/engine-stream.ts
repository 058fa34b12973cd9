// One streamed read on one session of the embedded engine, as a Readable of bytes. It fetches the next chunk only when
// the reader wants it. It releases the session once the statement has ended in the engine: drained, failed or
// abandoned.
import { Readable } from 'node:stream'
import type { Lease } from './session-pool.ts'

export interface EngineStreamOptions {
  lease: Lease
  text: string
  params: Readonly<Record<string, unknown>>
  /** Stops the statement in the engine. Called while a fetch is under way, whose promise is `settled`. */
  cancel(settled: Promise<unknown>): Promise<void>
}

/** Streams bytes in the FORMAT of the text. A failure in the engine destroys the stream. */
export function createEngineStream({ lease, text, params, cancel }: EngineStreamOptions): Readable {
  // The engine binds the values. The statement starts on this thread, so two starts never share their parameters.
  const native = start(lease, text, params)
  const chunks = native[Symbol.asyncIterator]()
  let fetching: Promise<unknown> | undefined
  let ended = false

  const end = (): void => {
    if (ended) return
    ended = true
    // After a failed fetch, chdb 3.4 believes its stream closed and would leave the statement on the session, which
    // blocks it.
    Object.assign(native, { _closed: false })
    native.cancel()
    lease.release('failed')
  }

  const fetch = async (stream: Readable): Promise<void> => {
    try {
      const next = chunks.next()
      fetching = next
      const { done, value } = await next
      fetching = undefined
      if (stream.destroyed) return
      if (done === true) {
        ended = true
        lease.release('ended')
        stream.push(null)
        return
      }
      const bytes = value.raw()
      stream.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    } catch (error) {
      fetching = undefined
      end()
      stream.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  }
  const stop = async (): Promise<void> => {
    if (fetching !== undefined) {
      const settled = fetching
      await cancel(settled)
    }
    end()
  }

  return new Readable({
    highWaterMark: 1,
    read() {
      void fetch(this)
    },
    destroy(error, callback) {
      void stop()
      callback(error)
    },
  })
}

function start(lease: Lease, text: string, params: Readonly<Record<string, unknown>>) {
  try {
    return lease.session.queryStreamBind(text, params, { format: 'JSONEachRow' })
  } catch (error) {
    lease.release('failed')
    throw error
  }
}
