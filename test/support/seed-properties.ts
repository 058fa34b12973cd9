// Runs before each file of unit tests: what fast-check makes up follows from the seed of the campaign.
import fc from 'fast-check'
import { scale, seed } from './campaign.ts'

fc.configureGlobal({ seed, numRuns: 100 * scale })
