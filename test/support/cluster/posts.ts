// What agents and watchers send, to any service.

export async function post(url: string, records: readonly object[]): Promise<number> {
  const body = JSON.stringify({ records })
  const response = await fetch(`${url}/v1/batches`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
  await response.arrayBuffer()
  return response.status
}

/** NDJSON of Kubernetes objects or watch events, of the Kubernetes cluster of that name. */
export async function postLifecycle(url: string, body: Buffer, cluster: string): Promise<number> {
  const headers = { 'content-type': 'application/x-ndjson', 'x-afterlog-cluster': cluster }
  const response = await fetch(`${url}/v1/lifecycle`, { method: 'POST', body: new Uint8Array(body), headers })
  await response.arrayBuffer()
  return response.status
}
