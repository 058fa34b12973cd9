// `npm run test:nightly -- --seed N --only tests,kill`: all that is random or long. First every test, from a seed of
// this night and ten times as far as by default (support/campaign.ts), then the campaigns of faults. It goes on after a
// failure, and ends by naming what failed, with the command that repeats it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'

interface Step {
  command: string
  env?: Record<string, string>
}

const steps = {
  tests: (seed) => ({ command: 'npm test', env: { AFTERLOG_TEST_SEED: seed } }),
  kill: (seed) => ({ command: `npm run test:kill -- --seed ${seed}` }),
  faults: (seed) => ({ command: `npm run test:faults -- --runs 20 --seed ${seed}` }),
  outages: (seed) => ({ command: `npm run test:outages -- --seed ${seed}` }),
  programs: (seed) => ({ command: `npm run test:programs -- --seed ${seed} && npm run test:programs -- --kafka --seed ${seed}` }),
  search: (seed) => ({ command: `npm run test:search -- --seed ${seed}` }),
  logql: (seed) => ({ command: `npm run test:logql -- --seed ${seed}` }),
  'logql-judge': (seed) => ({ command: `npm run test:logql-judge -- --seed ${seed}` }),
  'logql-cases': () => ({ command: 'npm run test:logql-cases' }),
  logcli: () => ({ command: 'npm run test:logcli' }),
  injection: (seed) => ({ command: `npm run test:injection -- --seed ${seed}` }),
  'projector-kills': (seed) => ({ command: `npm run test:projector-kills -- --seed ${seed}` }),
  clocks: (seed) => ({ command: `npm run test:clocks -- --seed ${seed}` }),
  kubernetes: (seed) => ({ command: `npm run test:kubernetes -- --seed ${seed}` }),
  break: () => ({ command: 'npm run test:break' }),
  'break-faults': () => ({ command: 'npm run test:break-faults' }),
} satisfies Record<string, (seed: string) => Step>

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    only: { type: 'string', default: Object.keys(steps).join(',') },
  },
})
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const failed: string[] = []

for (const name of values.only.split(',')) {
  if (!Object.hasOwn(steps, name)) throw new Error(`--only ${name}: there are ${Object.keys(steps).join(', ')}`)
  const { command, env = {} }: Step = steps[name as keyof typeof steps](values.seed)
  const repeat = [...Object.entries(env).map(([variable, value]) => `${variable}=${value}`), command].join(' ')
  say(`== ${repeat}`)
  const startedMs = performance.now()
  const child = spawn(command, { shell: true, stdio: 'inherit', env: { ...process.env, ...env } })
  const [code] = (await once(child, 'close')) as [number | null]
  say(`== ${name}: ${code === 0 ? 'ok' : 'FAILED'} after ${((performance.now() - startedMs) / 60_000).toFixed(1)} min`)
  if (code !== 0) failed.push(repeat)
}
say(failed.length === 0 ? `all good with seed ${values.seed}` : `failed:\n  ${failed.join('\n  ')}`)
process.exitCode = failed.length === 0 ? 0 : 1
