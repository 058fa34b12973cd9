import type { FastifyReply } from 'fastify'

/** Adds a header of requests that decides what the answer is. */
export function addVary(reply: FastifyReply, name: string): void {
  const names = [reply.getHeader('vary') ?? []].flat().join(', ')
  if (names === '*' || names.toLowerCase().split(/,\s*/).includes(name)) return
  void reply.header('vary', names === '' ? name : `${names}, ${name}`)
}
