// Splits a stream of bytes into lines. Bytes behind the last newline are dropped: that line was cut.

/** Yields lines without their newlines, except empty ones. Throws where a line is longer than `bytesMax`. */
export async function* splitLines(chunks: AsyncIterable<Buffer>, bytesMax: number): AsyncGenerator<Buffer> {
  let parts: Buffer[] = []
  let pendingBytes = 0
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      const last = chunk.subarray(start, end)
      const line = parts.length === 0 ? last : Buffer.concat([...parts, last])
      parts = []
      pendingBytes = 0
      start = end + 1
      if (line.length > 0) yield line
    }
    if (start === chunk.length) continue
    parts.push(chunk.subarray(start))
    pendingBytes += chunk.length - start
    if (pendingBytes > bytesMax) throw new Error(`the stream has a line of more than ${bytesMax} bytes`)
  }
}

const newline = 0x0a
