// Sets a Warning header where several pods had the requested name: the answer is about the newest, the header names the
// others.
import type { FastifyReply } from 'fastify'
import { warn } from '../api/warning.ts'
import type { RequestedPod } from './read-pod-names.ts'

const namedMax = 8

export function warnOfOthers(reply: FastifyReply, { name, others }: Pick<RequestedPod, 'name' | 'others'>): void {
  if (others.length === 0) return
  const named = others.slice(0, namedMax).join(', ')
  const more = others.length > namedMax ? ` and ${others.length - namedMax} more` : ''
  const were = others.length === 1 ? 'was 1 other pod' : `were ${others.length} other pods`
  const text = `this is the newest pod named ${name}; there ${were} of that name: ${named}${more}`
  warn(reply, text)
}
