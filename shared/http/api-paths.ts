// The paths of the API: they need the store's tables and a tenant, and the log has a line for each of their requests.
export const isKubernetesPath = (url: string): boolean => /^\/k8s(?:[/?]|$)/.test(url)
export const isLokiPath = (url: string): boolean => url.startsWith('/loki/')
/** Loki's push, and Elasticsearch's bulk requests. */
const isAgentPath = (url: string): boolean =>
  /^\/(?:loki\/|elasticsearch(?:[/?]|$)|(?:[^/?]+\/)?_bulk(?:[/?]|$))/.test(url)
export const isApiPath = (url: string): boolean => url.startsWith('/v1/') || isKubernetesPath(url) || isAgentPath(url)

/** Loki's tail. */
const isWebsocketPath = (url: string): boolean => /^\/loki\/api\/v1\/tail\/?(?:\?|$)/.test(url)

/**
 * Whether a request that asks for another protocol gets it. Node reads no body of one that does: clients of Java, and
 * curl with --http2, offer HTTP/2 on each first request, and are answered as if they had not.
 */
export const isUpgrade = ({
  url = '',
  headers,
}: {
  url?: string | undefined
  headers: { upgrade?: string | undefined }
}): boolean => headers.upgrade?.toLowerCase() === 'websocket' && isWebsocketPath(url)
