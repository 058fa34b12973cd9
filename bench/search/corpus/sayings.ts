// The free text of a line with its level. The texts that questions look for stand here, as often as such things are
// said: a timeout in one line of a hundred, a refused connection in one of a thousand.
import type { Random } from '../../storage/random.ts'
import type { Words } from './words.ts'

export interface Saying {
  level: 'debug' | 'info' | 'warn' | 'error'
  text: string
}

export function sayings(random: Random, words: Words): Saying {
  const at = random.next()
  if (at < 0.012) return { level: 'warn', text: `upstream timeout after ${random.int(30)}s while ${words.sentence(4)}` }
  if (at < 0.02)
    return { level: 'warn', text: `retry ${1 + random.int(5)} of 5 for order ${random.int(1_000_000)}: ${words.sentence(3)}` }
  if (at < 0.04) return { level: 'warn', text: `slow ${words.sentence(5)}, took ${random.int(9000)} ms` }
  if (at < 0.042) return { level: 'error', text: `dial tcp: connection refused by inventory-service-${random.int(40)}` }
  if (at < 0.05) return { level: 'error', text: `request failed: ${words.sentence(4)}: deadline exceeded` }
  if (at < 0.06) return { level: 'error', text: `could not complete ${words.sentence(6)}` }
  if (at < 0.16) return { level: 'debug', text: words.sentence(4 + random.int(6)) }
  return { level: 'info', text: words.sentence(4 + random.int(9)) }
}
