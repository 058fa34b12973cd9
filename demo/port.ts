// Edge: the port that the demo listens on: the usual one, or whichever is free where somebody has that.
import { once } from 'node:events'
import { createServer } from 'node:net'

/** `wanted` if nothing listens there, else 0, which takes a free one. */
export async function freePort({ host, wanted }: { host: string; wanted: number }): Promise<number> {
  const probe = createServer()
  try {
    probe.listen({ host, port: wanted })
    await once(probe, 'listening')
    probe.close()
    await once(probe, 'close')
    return wanted
  } catch {
    return 0
  }
}
