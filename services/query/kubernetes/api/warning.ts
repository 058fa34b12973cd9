// Sets a Warning header (RFC 7234 section 5.5), which kubectl prints.
import type { FastifyReply } from 'fastify'

export function warn(reply: FastifyReply, text: string): void {
  void reply.header('warning', `299 - "${text.replaceAll(/["\\]/g, '\\$&').replaceAll(/[^\x20-\x7e]/g, '?')}"`)
}
