// Server-sent events of one connection, read as they come.

export interface SseMessage {
  event?: string
  id?: string
  data?: string
  comment?: string
}

export interface SseConnection {
  status: number
  type: string
  messages: AsyncGenerator<SseMessage>
  leave(): void
}

export async function openEvents(url: string, headers: Record<string, string> = {}): Promise<SseConnection> {
  const leaving = new AbortController()
  const answer = await fetch(url, { headers, signal: leaving.signal })
  const messages = (async function* (): AsyncGenerator<SseMessage> {
    let text = ''
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const fields = text
          .slice(0, end)
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')) || 'comment', line.slice(line.indexOf(':') + 2)])
        text = text.slice(end + 2)
        yield Object.fromEntries(fields) as SseMessage
      }
    }
  })()
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', messages, leave: () => leaving.abort() }
}

export interface ReturningReaderOptions {
  /** Opens a connection, behind the event with this id. */
  open(id: string | undefined): Promise<SseConnection>
  /** What a message says; undefined where it is none to be read. */
  textOf(message: SseMessage): string | undefined
  /** It leaves after so many texts, and comes back. */
  each: number | (() => number)
}

/** A reader that leaves and comes back with the id of the last event it read, as browsers do. */
export function createReturningReader({ open, textOf, each }: ReturningReaderOptions) {
  let connection: SseConnection | undefined
  let id: string | undefined
  const textsUntilLeaving = (): number => (typeof each === 'number' ? each : each())
  let left = textsUntilLeaving()
  const next = async (): Promise<string | undefined> => {
    connection ??= await open(id)
    const { value, done } = await connection.messages.next()
    if (done === true) throw new Error(`the events ended (${connection.status})`)
    const text = textOf(value)
    if (text === undefined) return undefined
    id = value.id
    if (--left === 0) {
      connection.leave()
      connection = undefined
      left = textsUntilLeaving()
    }
    return text
  }
  return {
    /** Opens a connection that is ready to tell what comes from now on. */
    async start(): Promise<void> {
      connection?.leave()
      connection = await open(id)
      await connection.messages.next()
    },
    /** So many texts, or those that come within so many ms. */
    async texts(count: number, msMax = Infinity): Promise<string[]> {
      const texts: string[] = []
      const untilMs = performance.now() + msMax
      while (texts.length < count && performance.now() < untilMs) {
        const text = await next()
        if (text !== undefined) texts.push(text)
      }
      return texts
    },
    /** What comes until six messages say nothing, then leaves. */
    async rest(): Promise<string[]> {
      const texts: string[] = []
      for (let silent = 0; silent < 6;) {
        const text = await next()
        if (text === undefined) silent++
        else texts.push(text)
      }
      connection?.leave()
      return texts
    },
    leave: (): void => connection?.leave(),
  }
}
