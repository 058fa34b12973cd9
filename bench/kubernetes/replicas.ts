// Two ingest processes that watch the same API server into the same store: frozen, killed, started again. Their
// counters survive them.
import { spawnService, type ServiceProcess } from '#test/support/service-process.ts'

export interface Replicas extends AsyncDisposable {
  freeze(index: number): void
  thaw(index: number): void
  /** kill -9; `revive` starts another one. */
  kill(index: number): Promise<void>
  revive(index: number): Promise<void>
  /** Of afterlog_kubernetes_*, by name and labels as they stand, over all processes that ever were. */
  counters(): Promise<Map<string, number>>
}

export async function startReplicas({ env, count }: { env: Record<string, string>; count: number }): Promise<Replicas> {
  const spawn = (): ServiceProcess => spawnService({ dataDir: 'unused', program: 'services/ingest/main.ts', env })
  const running = Array.from({ length: count }, spawn)
  await Promise.all(running.map(({ serving }) => serving))
  const past = new Map<string, number>()

  async function remember(replica: ServiceProcess, sums: Map<string, number>): Promise<void> {
    const text = await (await fetch(`${await replica.serving}/metrics`)).text()
    for (const [, name, value] of text.matchAll(/^(afterlog_kubernetes_\w+_total\{.*\}) (\d+)$/gm))
      sums.set(name!, (sums.get(name!) ?? 0) + Number(value))
  }

  return {
    freeze: (index) => running[index]!.kill('SIGSTOP'),
    thaw: (index) => running[index]!.kill('SIGCONT'),
    kill: async (index) => {
      const replica = running[index]!
      await remember(replica, past)
      replica.kill('SIGKILL')
      await replica.exited
    },
    revive: async (index) => {
      running[index] = spawn()
      await running[index].serving
    },
    counters: async () => {
      const sums = new Map(past)
      for (const replica of running) await remember(replica, sums)
      return sums
    },
    [Symbol.asyncDispose]: async () => {
      for (const replica of running) await replica[Symbol.asyncDispose]()
    },
  }
}
