// What rsyslog's imfile reads in tests: a file of numbered lines that is rotated while it is written, as the kubelet and
// logrotate do it, by a new name.
import { appendFile, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export const numberedLine = (i: number): string => `line ${String(i).padStart(6, '0')} of the application`

const beganMs = Date.now() - 60_000

/** As containerd writes them, a microsecond apart. */
export function numberedCriLine(i: number): string {
  const time = new Date(beganMs + Math.floor(i / 1000)).toISOString().slice(0, 23)
  return `${time}${String((i % 1000) * 1000).padStart(6, '0')}Z ${i % 5 === 4 ? 'stderr' : 'stdout'} F ${numberedLine(i)}`
}

export const imfile = (file: string): string => `
module(load="imfile")
input(type="imfile" file="${file}" tag="app:" facility="local0" severity="info")`

/**
 * Writes so many lines, and rotates the file as often. Rotated files stay.
 * @param lineOf The text of a line by its number.
 * @param renamed The new name of the file that ends before the line of this number.
 * @param fileMs So long each file is written at least.
 */
export async function writeRotated(
  file: string,
  lines: number,
  rotations: number,
  {
    lineOf = numberedLine,
    renamed = (begin) => `${basename(file)}.${begin}`,
    fileMs = 0,
  }: { lineOf?: (i: number) => string; renamed?: (begin: number) => string; fileMs?: number } = {},
): Promise<void> {
  const perFile = Math.ceil(lines / (rotations + 1))
  for (let begin = 0; begin < lines; begin += perFile) {
    // imfile takes a file that is gone before it was looked at for none.
    if (begin > 0) {
      await rename(file, join(dirname(file), renamed(begin)))
      await sleep(500)
    }
    for (let i = begin; i < Math.min(begin + perFile, lines); i += 500) {
      const some = Array.from({ length: Math.min(500, begin + perFile - i, lines - i) }, (_, k) => lineOf(i + k))
      await appendFile(file, `${some.join('\n')}\n`)
      await sleep((fileMs * some.length) / perFile)
    }
    await sleep(500)
  }
}
