// Lines of a stream of bytes. What comes after the last newline is no line: it was cut.

/** Without their newlines; empty ones are left out. Throws where a line is longer than `bytesMax`. */
export async function* splitLines(chunks: AsyncIterable<Buffer>, bytesMax: number): AsyncGenerator<Buffer> {
  let parts: Buffer[] = []
  let held = 0
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      const last = chunk.subarray(start, end)
      const line = parts.length === 0 ? last : Buffer.concat([...parts, last])
      parts = []
      held = 0
      start = end + 1
      if (line.length > 0) yield line
    }
    if (start === chunk.length) continue
    parts.push(chunk.subarray(start))
    held += chunk.length - start
    if (held > bytesMax) throw new Error(`a line of more than ${bytesMax} bytes`)
  }
}

const newline = 0x0a
