// A container's logs under a directory as containerd writes and the kubelet keeps them: renamed at a size, compressed
// at the next rotation, removed oldest first, and all of them with the pod. Its lines are numbered, so that what was
// stored can be compared with what was written.
// https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/logs/container_log_manager.go
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

export interface PlayedContainerOptions {
  /** Stands for /var/log/pods. */
  root: string
  uid: string
  /** Bytes of padding behind the number of a line. */
  padding?: number
}

/** Unique times in ns, which go on with the clock. */
let lastNs = 0n
export const nextTime = (): string => {
  const now = BigInt(Date.now()) * 1_000_000n
  lastNs = now > lastNs ? now : lastNs + 1n
  return `${new Date(Number(lastNs / 1_000_000n)).toISOString().slice(0, 19)}.${String(lastNs % 1_000_000_000n).padStart(9, '0')}Z`
}

export class PlayedContainer {
  readonly uid: string
  readonly directory: string
  /** Lines that were written in each life. */
  readonly written: number[] = [0]
  /** Bytes of the live file. */
  bytes = 0
  isRemoved = false
  private readonly padding: string
  private descriptor: number
  private rotations = 0

  constructor({ root, uid, padding = 20 }: PlayedContainerOptions) {
    this.uid = uid
    this.padding = 'x'.repeat(padding)
    this.directory = join(root, `shop_cart_${uid}`, 'app')
    mkdirSync(this.directory, { recursive: true })
    this.descriptor = this.openLive()
  }

  get restart(): number {
    return this.written.length - 1
  }

  write(lines: number): void {
    let text = ''
    for (let i = 0; i < lines; i++) text += `${nextTime()} ${i % 5 === 4 ? 'stderr' : 'stdout'} F ${this.next()}\n`
    this.append(text)
  }

  /** A line in as many fragments, of which the last one has its number. */
  writeFragments(count: number): void {
    const begin = Array.from({ length: count - 1 }, () => `${nextTime()} stdout P ${this.padding}\n`).join('')
    this.append(`${begin}${nextTime()} stdout F ${this.next()}\n`)
  }

  /** What stands in a file, without any check. */
  append(text: string): void {
    this.bytes += writeSync(this.descriptor, text)
  }

  /** The container writes to the old file until it opens the new one. */
  rotate(linesBetween = 0): void {
    this.compress()
    const stamp = new Date(Date.UTC(2026, 10, 23) + ++this.rotations * 1000).toISOString().replaceAll(/[-:]/g, '')
    renameSync(this.path(), `${this.path()}.${stamp.slice(0, 8)}-${stamp.slice(9, 15)}`)
    this.write(linesBetween)
    closeSync(this.descriptor)
    this.descriptor = this.openLive()
  }

  compress(): void {
    for (const name of this.rotated().filter((one) => !one.endsWith('.gz'))) {
      const path = join(this.directory, name)
      writeFileSync(`${path}.tmp`, gzipSync(readFileSync(path), { level: 1 }))
      renameSync(`${path}.tmp`, `${path}.gz`)
      unlinkSync(path)
    }
  }

  /** Rotated files of the life, oldest first. */
  rotated(): string[] {
    const prefix = `${this.restart}.log.`
    return readdirSync(this.directory)
      .filter((name) => name.startsWith(prefix) && !name.endsWith('.tmp'))
      .toSorted()
  }

  /** A log that was rotated has a rotated file: the kubelet keeps two files of each container at least. */
  removeOldest(): void {
    const [oldest, next] = this.rotated()
    if (oldest !== undefined && next !== undefined) unlinkSync(join(this.directory, oldest))
  }

  /** The container ends, and runs again. */
  runAgain(): void {
    closeSync(this.descriptor)
    this.written.push(0)
    this.descriptor = this.openLive()
  }

  /** The pod is deleted. */
  remove(): void {
    if (!this.isRemoved) closeSync(this.descriptor)
    this.isRemoved = true
    rmSync(join(this.directory, '..'), { recursive: true, force: true })
  }

  private path(): string {
    return join(this.directory, `${this.restart}.log`)
  }

  private openLive(): number {
    this.bytes = 0
    return openSync(this.path(), 'a')
  }

  private next(): string {
    return `${this.written[this.restart]!++} of ${this.restart} ${this.padding}`
  }
}
