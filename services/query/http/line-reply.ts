// Sends lines: one JSON page, or a stream of NDJSON or plain text. A stream waits for its client and ends when the
// client goes away. A failure before the first byte is a status, a failure after it a broken connection.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { negotiatedType } from '#shared/http/accept.ts'
import { createSlices } from '#shared/in-slices.ts'
import { ndjson } from '#shared/lines/line-json.ts'
import { createLineText, type TextOptions } from '#shared/lines/line-text.ts'
import { streamBody } from './stream-body.ts'
import { hintHeader, hintHeaders, type Hint } from './hint.ts'
import type { Line } from '#shared/lines/row-decoder.ts'

const lineTypes = ['application/json', 'application/x-ndjson', 'text/plain'] as const
type LineType = (typeof lineTypes)[number]

export const negotiate = (request: FastifyRequest): LineType => negotiatedType(request, lineTypes)

/** `forms` of a route that sends lines. */
export const lineForms = {
  'application/x-ndjson': 'A Line as JSON on each line, without a page.',
  'text/plain': 'The message of a line on each line, as it was written, without a page.',
}

const bare: TextOptions = { names: false, times: false }

/** How text shows the lines: with their pods unless the request names one, or says so. */
export const textOptions = (
  { prefix, timestamps }: { prefix?: boolean | undefined; timestamps?: boolean | undefined },
  isOnePod: boolean,
): TextOptions => {
  const names = prefix ?? !isOnePod
  return { names, times: timestamps ?? names }
}

/** Whether the request names one pod. */
export const namesOnePod = ({ pod, podUid }: { pod?: string[] | undefined; podUid?: string[] | undefined }): boolean =>
  [pod, podUid].some((names) => names?.length === 1 && names[0] !== '')

/** Of all answers: however many there are, each piece is a turn of its own. */
const slices = createSlices()
const linesOfPiece = 500

/**
 * Sends lines as they come, and empties their arrays, so that of lines that wait only the text is held. Resolves once
 * the first lines are read, so that a failure before is still a status.
 */
export async function streamReply(
  reply: FastifyReply,
  type: Exclude<LineType, 'application/json'>,
  lines: AsyncGenerator<Line[]>,
  { text = bare, readHints }: { text?: TextOptions; readHints?: () => Promise<readonly Hint[]> } = {},
): Promise<FastifyReply> {
  const { memory } = reply.request.work
  const write = type === 'text/plain' ? createLineText(text) : ndjson
  const render = async (part: Line[]): Promise<Buffer> => {
    const pieces: Buffer[] = []
    for (let from = 0; from < part.length; from += linesOfPiece) {
      const some = part.slice(from, from + linesOfPiece)
      pieces.push(await slices(() => write(some)))
    }
    const bytes = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
    // The generators that the lines came through wait now, and keep the array.
    part.length = 0
    memory?.hold(bytes.length)
    return bytes
  }
  let first = await lines.next()
  while (first.done !== true && first.value.length === 0) first = await lines.next()
  const hints = first.done === true && readHints !== undefined ? hintHeaders(await readHints()) : []
  if (hints.length > 0) reply.header(hintHeader, hints)
  const body = async function* (): AsyncGenerator<Buffer> {
    try {
      if (first.done !== true) yield await render(first.value)
      for await (const part of lines) yield await render(part)
    } finally {
      await lines.return(undefined)
    }
  }
  return reply.type(`${type}; charset=utf-8`).send(streamBody(reply, body()))
}

/** The lines of one page as a stream of one part. */
export async function* onePart(lines: Promise<Line[]>): AsyncGenerator<Line[]> {
  yield await lines
}
