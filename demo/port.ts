// Edge: chooses the port of the demo: the usual one, or any free one where it is taken.
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Returns `wanted` if nothing listens there, else 0, which stands for any free port. */
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
