// The path that the command line names, before anything in it is read: what is wrong with it is said in words, not in
// codes of the system.
import { stat } from 'node:fs/promises'

/** Rejects with a sentence where there is nothing that can be read. */
export async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Error(`${JSON.stringify(path)} ${words[code ?? ''] ?? `cannot be read: ${message}`}`, { cause: error })
  }
}

const words: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist: name a directory, a log file, or an archive of them',
  ENOTDIR: 'does not exist: a part of the path is a file',
  EACCES: 'may not be read by this user',
  ELOOP: 'is a symbolic link that leads to itself',
  ENAMETOOLONG: 'is longer than a path may be',
}
