// The file of a pod's numbered lines as containerd writes it, a microsecond apart, and as the kubelet rotates it.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { numberedCriLine, writeRotated } from '#test/support/agents/rsyslog-file.ts'

/** Makes the directory of the container's log under `pods`. */
export async function podDirectory(pods: string): Promise<string> {
  const directory = join(pods, 'shop_cart-7d9f_5b0c6a3e-3f0c-4d25-9f3a-6f2f8f4a1c11/app')
  await mkdir(directory, { recursive: true })
  return directory
}

/** Writes so many lines, and rotates the file as often. `fileMs`: so long each file is written at least. */
export async function writePodFile(directory: string, lines: number, rotations: number, fileMs = 0): Promise<void> {
  const renamed = (begin: number): string => `0.log.20261123-${String(begin).padStart(6, '0')}`
  await writeRotated(join(directory, '0.log'), lines, rotations, { lineOf: numberedCriLine, renamed, fileMs })
}
