// Checks the path that the command line names, before anything in it is read, and reports what is wrong in a sentence
// instead of a system code.
import { stat } from 'node:fs/promises'

/** Rejects with a sentence where the path cannot be read. */
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
  ENOTDIR: 'does not exist: a part of the path is a file; name a directory, a log file, or an archive of them',
  EACCES: 'may not be read by this user: run as a user who may read it',
  ELOOP: 'is a symbolic link that leads to itself: name what it should lead to',
  ENAMETOOLONG: 'is longer than a path may be: name a shorter one',
}
