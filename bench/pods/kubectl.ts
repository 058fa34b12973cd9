// `kubectl get pods -A` against the service, as a person runs it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { ServiceProcess } from '#test/support/service-process.ts'
import { cpuSeconds } from '../load/process-cost.ts'
import { statementsOf } from './measure.ts'

export interface ListAllOptions {
  url: string
  service: ServiceProcess
  kubectl: string
  /** It is ended then. */
  secondsMax: number
}

export async function listAll({ url, service, kubectl, secondsMax }: ListAllOptions): Promise<string> {
  const [startedMs, cpuBefore, logsBefore] = [performance.now(), cpuSeconds(service.pid), service.logs.length]
  const listing = spawn(kubectl, ['-s', `${url}/k8s`, 'get', 'pods', '-A'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: secondsMax * 1000,
  })
  const closed = once(listing, 'close')
  let [rows, firstMs] = [0, 0]
  for await (const chunk of listing.stdout) {
    if (firstMs === 0) firstMs = performance.now() - startedMs
    for (const byte of chunk as Buffer) if (byte === 10) rows += 1
  }
  await closed
  const took = (performance.now() - startedMs) / 1000
  const pages = service.logs.slice(logsBefore).filter(({ msg, method }) => msg === 'answered' && method === 'GET').length
  const ended = listing.signalCode === null ? `exit ${listing.exitCode}` : `ENDED after ${secondsMax} s, not whole`
  const cpu = cpuSeconds(service.pid) - cpuBefore
  const statements = statementsOf(service, logsBefore) ?? 'not logged'
  return (
    `kubectl get pods -A: ${Math.max(0, rows - 1)} rows in ${took.toFixed(1)} s, the first after ${(firstMs / 1000).toFixed(1)} s, ${ended}; ` +
    `${pages} requests logged, ${cpu.toFixed(1)} CPU s of the process; statements per request: ${statements}`
  )
}
