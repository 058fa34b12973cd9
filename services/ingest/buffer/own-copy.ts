/** The bytes in memory of their own: whoever decodes a body keeps it, and may send it to a thread. */
export const ownCopy = (bytes: Buffer, start = 0): Buffer =>
  Buffer.from(Uint8Array.prototype.slice.call(bytes, start).buffer)
