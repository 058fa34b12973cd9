// How a pod or a life ended, as a word with its colour.
import type { Outcome } from '../api/types.ts'

const words: Readonly<Record<Outcome, string>> = {
  running: 'running',
  completed: 'completed',
  crashed: 'crashed',
  oomkilled: 'OOM-killed',
  evicted: 'evicted',
  'node-lost': 'node lost',
  deleted: 'deleted',
  unknown: 'unknown',
}

export const outcomes = Object.keys(words) as readonly Outcome[]

export const outcomeWord = (outcome: Outcome): string => words[outcome]

export const OutcomeBadge = ({ outcome }: { outcome: Outcome }) => (
  <span className={`badge outcome-${outcome}`}>{words[outcome]}</span>
)
