// The paths of the API: they need the store's tables and a tenant, and the log has a line for each of their requests.
export const isKubernetesPath = (url: string): boolean => /^\/k8s(?:[/?]|$)/.test(url)
/** Loki's push, and Elasticsearch's bulk requests. */
const isAgentPath = (url: string): boolean =>
  /^\/(?:loki\/|elasticsearch(?:[/?]|$)|(?:[^/?]+\/)?_bulk(?:[/?]|$))/.test(url)
export const isApiPath = (url: string): boolean => url.startsWith('/v1/') || isKubernetesPath(url) || isAgentPath(url)
