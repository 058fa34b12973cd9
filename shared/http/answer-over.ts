// When an answer is over: sent, or given up because its connection is closed. Of several requests that a client sent
// at once on one connection, Node tells only the answer that is being sent that the connection has closed.
import type { FastifyReply } from 'fastify'

/** Calls `over` once. */
export function onAnswerOver({ raw, request }: FastifyReply, over: () => void): void {
  const { socket } = request.raw
  let isOver = false
  const end = (): void => {
    // A listener that is removed while its event is emitted is called all the same.
    if (isOver) return
    isOver = true
    socket.removeListener('close', end)
    raw.removeListener('close', end)
    over()
  }
  socket.on('close', end)
  raw.on('close', end)
}

/** Aborts when the client closes the connection before its answer is complete. */
export function clientGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  onAnswerOver(reply, () => {
    if (!reply.raw.writableFinished) controller.abort()
  })
  if (reply.request.raw.socket.destroyed) controller.abort()
  return controller.signal
}
