// Pure: which ends are bad: somebody will ask why.
import type { Outcome } from './evidence.ts'

export const isBad = (outcome: Outcome): boolean =>
  outcome === 'crashed' || outcome === 'oomkilled' || outcome === 'evicted' || outcome === 'node-lost'
