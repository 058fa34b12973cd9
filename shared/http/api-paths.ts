// Which paths are the API: they need the store's tables, have a tenant, and each request of them has a line in the log.
export const isKubernetesPath = (url: string): boolean => /^\/k8s(?:[/?]|$)/.test(url)
export const isApiPath = (url: string): boolean => url.startsWith('/v1/') || isKubernetesPath(url)
