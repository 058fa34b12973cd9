// The files of one container as kubelet and runtime leave them: N.log grows, is rotated to N.log.<time> at a size, and
// every rotated file but the newest is compressed.

export interface LogFilesOptions {
  rotateBytes: number
  write(name: string, content: Buffer, gz: boolean): void
}

export interface LogFiles {
  /** Lines of this life follow. */
  begin(life: number): void
  /**
   * One record without its newline; `atMs` is when, for the names of rotated files. `fragment`: it goes on from the one
   * before, no rotation.
   */
  record(bytes: Buffer, atMs: number, fragment?: boolean): void
  end(): void
  readonly records: number
  /** Of all files, uncompressed. */
  readonly bytes: number
  readonly count: number
}

export function createLogFiles({ rotateBytes, write }: LogFilesOptions): LogFiles {
  let life = 0
  let content = Buffer.allocUnsafeSlow(rotateBytes + 1024 * 1024)
  let length = 0
  let rotated: { name: string; content: Buffer } | undefined
  let lastStamp = ''
  let records = 0
  let bytes = 0
  let count = 0

  const put = (name: string, data: Buffer, gz: boolean) => {
    write(gz ? `${name}.gz` : name, data, gz)
    count++
  }
  const rotate = (atMs: number) => {
    // Two rotations of one second would share a name.
    let stamp = stampOf(atMs)
    for (let later = 1000; stamp <= lastStamp; later += 1000) stamp = stampOf(atMs + later)
    lastStamp = stamp
    if (rotated !== undefined) put(rotated.name, rotated.content, true)
    rotated = { name: `${life}.log.${stamp}`, content: Buffer.from(content.subarray(0, length)) }
    length = 0
  }
  return {
    begin(next) {
      life = next
      lastStamp = ''
    },
    record(record, atMs, fragment = false) {
      if (length >= rotateBytes && !fragment) rotate(atMs)
      if (length + record.length + 1 > content.length)
        content = Buffer.concat([content], content.length + record.length + 1024 * 1024)
      length += record.copy(content, length)
      content[length++] = 0x0a
      bytes += record.length + 1
      records++
    },
    end() {
      if (rotated !== undefined) put(rotated.name, rotated.content, false)
      rotated = undefined
      put(`${life}.log`, content.subarray(0, length), false)
      length = 0
    },
    get records() {
      return records
    },
    get bytes() {
      return bytes
    },
    get count() {
      return count
    },
  }
}

/** `20261123-101500`, as the kubelet names rotated files (local time of the node; here UTC). */
function stampOf(ms: number): string {
  const text = new Date(ms).toISOString()
  return `${text.slice(0, 10).replaceAll('-', '')}-${text.slice(11, 19).replaceAll(':', '')}`
}
