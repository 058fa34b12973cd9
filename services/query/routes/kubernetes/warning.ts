// Warning headers (RFC 7234 section 5.5), which kubectl prints. A name that several pods had is one: the answer is
// about the newest, and the header names the others.
import type { FastifyReply } from 'fastify'
import type { FoundPod } from '#query/read/kubernetes/pod-names.ts'

const namedMax = 8

export function warnOfOthers(reply: FastifyReply, { name, others }: Pick<FoundPod, 'name' | 'others'>): void {
  if (others.length === 0) return
  const named = others.slice(0, namedMax).join(', ')
  const more = others.length > namedMax ? ` and ${others.length - namedMax} more` : ''
  const were = others.length === 1 ? 'was 1 other pod' : `were ${others.length} other pods`
  const text = `this is the newest pod named ${name}; there ${were} of that name: ${named}${more}`
  warn(reply, text)
}

export function warn(reply: FastifyReply, text: string): void {
  void reply.header('warning', `299 - "${text.replaceAll(/["\\]/g, '\\$&').replaceAll(/[^\x20-\x7e]/g, '?')}"`)
}
