// Pure: whether a websocket may be opened for a page. A browser lets a page of any site open one and read from it, which
// it would not let it do by HTTP. Clients that are no browsers send no Origin.
import { allowsOrigin, type Origins } from '#shared/allowed-origins.ts'

export function mayRead(
  headers: { origin?: string | undefined; host?: string | undefined },
  origins: Origins | undefined,
): boolean {
  return isOwnPage(headers) || allowsOrigin(origins, headers.origin)
}

function isOwnPage({ origin, host }: { origin?: string | undefined; host?: string | undefined }): boolean {
  if (origin === undefined) return true
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase()
}
