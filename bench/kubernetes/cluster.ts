// A real kube-apiserver over a real etcd on loopback, as ../shared/kubernetes builds and starts them: killed, started
// again on the same directory, its history compacted. No kubelet runs: whoever drives it plays the kubelet.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '#test/support/kafka/free-port.ts'
import type { KubernetesObject } from '#test/support/kubernetes.ts'
import { root } from '#test/support/service-process.ts'

export interface Cluster extends AsyncDisposable {
  /** Path of a kubeconfig. */
  readonly kubeconfig: string
  readonly url: string
  /** stdout of kubectl; rejects with its stderr. `input`: what -f - reads. */
  kubectl(args: readonly string[], input?: unknown): Promise<string>
  /** Asks the API server for eviction, for which kubectl has no command of one pod. */
  evict(namespace: string, pod: string): Promise<void>
  /** kill -9 of the API server and of etcd, then both again. */
  restart(): Promise<void>
  /** Times that the API server was started. */
  starts(): number
  /** etcd forgets all history before now. */
  compact(): Promise<void>
}

const scripts = process.env['AFTERLOG_TEST_KUBERNETES_SCRIPTS'] ?? join(root, '../shared/kubernetes')
/** Where the binaries are kept between runs. */
const binaries = process.env['AFTERLOG_TEST_KUBERNETES_BIN'] ?? join(tmpdir(), 'afterlog-kubernetes')
const token = 'admin-token'

export async function startCluster(dir: string): Promise<Cluster> {
  const apiserver = join(binaries, 'kube-apiserver')
  if (!existsSync(apiserver) || !existsSync(join(binaries, 'kubectl')))
    await run('nice', ['-n', '15', join(scripts, 'build-apiserver.sh'), binaries])
  const port = await freePorts()
  const kubeconfig = join(dir, 'kubeconfig')
  const url = `https://127.0.0.1:${port}`
  let pids: number[] = []
  let starts = 0

  const start = async (): Promise<void> => {
    const said = await run(join(scripts, 'start-apiserver.sh'), [apiserver, join(dir, 'cluster'), String(port)])
    pids = (JSON.parse(said) as { pids: number[] }).pids
    starts++
  }
  const kill = async (): Promise<void> => {
    for (const pid of pids) if (alive(pid)) process.kill(pid, 'SIGKILL')
    while (pids.some(alive)) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  await writeFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'proof', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'admin', user: { token } }],
      contexts: [{ name: 'proof', context: { cluster: 'proof', user: 'admin' } }],
      'current-context': 'proof',
    }),
  )
  await start()
  const kubectl: Cluster['kubectl'] = (args, input) =>
    run(join(binaries, 'kubectl'), [...args], { KUBECONFIG: kubeconfig, HOME: dir }, input)
  return {
    kubeconfig,
    url,
    kubectl,
    evict: async (namespace, name) => {
      const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`
      await kubectl(['create', '--raw', path, '-f', '-'], {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name, namespace },
      })
    },
    restart: async () => {
      await kill()
      await start()
    },
    starts: () => starts,
    compact: async () => {
      const etcd = `http://127.0.0.1:${port + 1}/v3/kv`
      const post = async (path: string, body: unknown): Promise<KubernetesObject> => {
        const response = await fetch(`${etcd}/${path}`, { method: 'POST', body: JSON.stringify(body) })
        if (response.status !== 200) throw new Error(`etcd answers ${response.status}: ${await response.text()}`)
        return (await response.json()) as KubernetesObject
      }
      const { header } = await post('range', { key: 'AA==' })
      await post('compaction', { revision: header.revision, physical: true })
    },
    [Symbol.asyncDispose]: kill,
  }
}

/** The API server's, etcd's and its peers', next to each other. */
async function freePorts(): Promise<number> {
  const port = await freePort()
  return port < 65_000 ? port : freePorts()
}

/** A process that was killed and that nobody waits for yet is gone as well. */
function alive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

async function run(command: string, args: readonly string[], env: Record<string, string> = {}, input?: unknown): Promise<string> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  // Whoever reads no input ends before it is written.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input === undefined ? '' : JSON.stringify(input))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${command} ${args.slice(0, 3).join(' ')}: ${Buffer.concat(err).toString().slice(-500)}`)
  return Buffer.concat(out).toString()
}
