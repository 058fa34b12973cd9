// A name that several pods had is one: the answer is about the newest, and a Warning header names the others.
import type { FastifyReply } from 'fastify'
import { warn } from '../api/warning.ts'
import type { FoundPod } from './read-pod-names.ts'

const namedMax = 8

export function warnOfOthers(reply: FastifyReply, { name, others }: Pick<FoundPod, 'name' | 'others'>): void {
  if (others.length === 0) return
  const named = others.slice(0, namedMax).join(', ')
  const more = others.length > namedMax ? ` and ${others.length - namedMax} more` : ''
  const were = others.length === 1 ? 'was 1 other pod' : `were ${others.length} other pods`
  const text = `this is the newest pod named ${name}; there ${were} of that name: ${named}${more}`
  warn(reply, text)
}
