// Closes the HTTP server: it accepts no new connections, lets answers under way end, and cuts those that do not end in
// time. Node itself closes only connections that are idle at the call; later ones would stay open for their keep-alive
// time.
import type { HttpServer } from './types.ts'

/** Resolves when no connection is left, after `graceMs` at the latest. */
export async function closeServer(app: HttpServer, graceMs: number): Promise<void> {
  const sweep = setInterval(() => app.server.closeIdleConnections(), 50)
  // A client that does not send or does not read must not hold up the stop.
  const cut = setTimeout(() => app.server.closeAllConnections(), graceMs)
  try {
    await app.close()
  } finally {
    clearInterval(sweep)
    clearTimeout(cut)
  }
}
