// Loads where the API server is and the credentials for it, at the start. Whatever is wrong is named, instead of tried
// for ever.
import type { KubeConfig } from '@kubernetes/client-node'

export interface LoadedKubeConfig {
  config: KubeConfig
  /** The URL, without a slash at its end. */
  server: string
}

export async function loadKubeConfig(source: string): Promise<LoadedKubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node')
  const config = new KubeConfig()
  if (source === 'in-cluster') loadInCluster(config)
  else load(config, source)
  return { config, server: checked(config, source).replace(/\/+$/, '') }
}

function loadInCluster(config: KubeConfig): void {
  config.loadFromCluster()
  // The client builds the URL from variables of the environment, even where they are not set.
  if (config.getCurrentCluster()?.server.includes('undefined') !== false)
    throw new Error(
      'AFTERLOG_KUBERNETES is in-cluster, but this is not a pod: KUBERNETES_SERVICE_HOST is not set. ' +
        'Name the path of a kubeconfig instead',
    )
}

function load(config: KubeConfig, path: string): void {
  try {
    config.loadFromFile(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== undefined)
      throw wrong(path, `cannot be read: ${message}; write in-cluster, or the path of a kubeconfig`, error)
    throw wrong(path, `is not a kubeconfig: ${message.split('\n')[0]}`, error)
  }
}

/** Returns the URL of the current context's cluster. */
function checked(config: KubeConfig, path: string): string {
  const name = config.getCurrentContext() as string | undefined
  if (name === undefined || name === '')
    throw wrong(path, 'has no current-context; set one with kubectl config use-context, in a file of its own')
  const context = config.getContextObject(name)
  if (context === null) throw wrong(path, `has no context ${JSON.stringify(name)}, which is its current-context`)
  const cluster = config.getCluster(context.cluster)
  if (cluster === null)
    throw wrong(
      path,
      `has no cluster ${JSON.stringify(context.cluster)}, which its context ${JSON.stringify(name)} names`,
    )
  if (config.getUser(context.user) === null)
    throw wrong(path, `has no user ${JSON.stringify(context.user)}, which its context ${JSON.stringify(name)} names`)
  const protocol = URL.parse(cluster.server)?.protocol
  if (protocol !== 'https:' && protocol !== 'http:')
    throw wrong(path, `names ${JSON.stringify(cluster.server)} as its server, which is not an http:// or https:// URL`)
  if (protocol === 'http:' && !cluster.skipTLSVerify)
    throw wrong(
      path,
      `names the server ${cluster.server}, whose connections are not encrypted. ` +
        'If that is meant, as with kubectl proxy, set insecure-skip-tls-verify: true ' +
        `in the cluster ${JSON.stringify(context.cluster)} of that file`,
    )
  return cluster.server
}

function wrong(path: string, what: string, cause?: unknown): Error {
  return new Error(`AFTERLOG_KUBERNETES: ${path} ${what}`, cause === undefined ? undefined : { cause })
}
