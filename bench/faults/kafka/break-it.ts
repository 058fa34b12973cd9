// `node bench/faults/kafka/break-it.ts`: the proof that the campaign proves something. Breaks the delivery on purpose,
// one way at a time, in a temporary copy of the checkout, and requires the campaign to fail there, by a fault that
// reads like what was broken. The untouched copy must pass first. Every copy is gone at the end.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { inBrokenCopy } from '../broken-copy.ts'
import type { Edit } from '../breakages.ts'
import { breakages } from './breakages.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '2' },
    seed: { type: 'string', default: '4' },
    only: { type: 'string', default: '' },
  },
})
const say = (text: string): void => void process.stdout.write(`${text}\n`)

interface Verdict {
  code: number
  said: string
  /** A sentence each. */
  faults: string[]
}

async function main(): Promise<number> {
  const wanted = breakages.filter((_, i) => values.only === '' || values.only.split(',').includes(String(i + 1)))
  if (values.only === '') {
    const whole = await campaign([])
    say(`untouched: the campaign ends with ${whole.code}, ${whole.faults.length} faults`)
    if (whole.code !== 0) {
      say(whole.said)
      return 1
    }
  }
  let missed = 0
  for (const { name, edits, shows } of wanted) {
    const { code, faults, said } = await campaign(edits)
    const ofKind = faults.filter((fault) => shows.test(fault))
    const caught = code !== 0 && ofKind.length > 0
    if (!caught) missed++
    say(
      `${caught ? 'caught' : 'NOT CAUGHT'}: ${name}: the campaign ends with ${code}, ${faults.length} faults, ${ofKind.length} of this kind`,
    )
    for (const fault of ofKind.slice(0, 3)) say(`    ${fault.slice(0, 240)}`)
    if (!caught) say(said)
  }
  say(missed === 0 ? `all ${wanted.length} breakages were caught` : `${missed} breakages were not caught`)
  return missed === 0 ? 0 : 1
}

/** Runs the campaign in a copy with the edits. */
const campaign = (edits: readonly Edit[]): Promise<Verdict> =>
  inBrokenCopy(edits, async (copy) => {
    const args = ['bench/faults/kafka/campaign.ts', '--runs', values.runs, '--seed', values.seed]
    const child = spawn(process.execPath, args, { cwd: copy, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()))
    const [code] = (await once(child, 'close')) as [number | null]
    const faults = said.split('\n').flatMap((line) => (line.startsWith('    FAULT ') ? [line.slice('    FAULT '.length)] : []))
    return { code: code ?? 1, said, faults }
  })

process.exitCode = await main()
