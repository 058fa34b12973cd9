// A real systemd-journal-upload that sends a journal of numbered lines in one body, is killed on the way, and begins again
// behind its cursor: nothing lost, nothing twice, in order.
// Run by hand: node bench/agents/journald.ts [--lines 100000] [--kills 3]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { journalFile } from '#test/support/agents/journal-file.ts'
import { journalUpload } from '#test/support/agents/processes.ts'
import { spawnService } from '#test/support/service-process.ts'
import { cpuSeconds } from '../load/process-cost.ts'
import { startEnv } from '../load/start-env.ts'
import { report, verdict } from './numbered-lines.ts'

const { values } = parseArgs({
  options: { lines: { type: 'string', default: '100000' }, kills: { type: 'string', default: '3' } },
})
const [lines, kills] = [Number(values.lines), Number(values.kills)]
const work = await mkdtemp(join(tmpdir(), 'afterlog-bench-journald-'))
const numberOf = (message: string): number => Number(/ line (\d+)/.exec(message)?.[1])

try {
  const journal = await journalFile(work, 0, lines, (Date.now() - 3_600_000) * 1000)
  for (const times of [0, kills]) {
    await using service = spawnService({ dataDir: join(work, `data-${times}`), env: { ...startEnv } })
    const url = await service.serving
    const state = join(work, `state-${times}`)
    const start = () =>
      spawn(journalUpload, [`--url=${url}`, `--file=${journal}`, '--follow=no', `--save-state=${state}`], { stdio: 'ignore' })
    const [beganMs, before] = [performance.now(), cpuSeconds(service.pid)]
    for (let i = 0; i < times; i++) {
      const killed = start()
      const exited = once(killed, 'exit')
      await sleep(1000 + i * 500)
      killed.kill('SIGKILL')
      await exited
    }
    const [code] = (await once(start(), 'exit')) as [number | null]
    if (code !== 0) throw new Error(`systemd-journal-upload ended with ${code}`)
    const [seconds, cpu] = [(performance.now() - beganMs) / 1000, cpuSeconds(service.pid) - before]
    const found = await verdict(url, lines, numberOf)
    report(`systemd-journal-upload, killed ${times} times`, lines, { ...found, seconds, cpuSeconds: cpu })
  }
} finally {
  await rm(work, { recursive: true, force: true })
}
