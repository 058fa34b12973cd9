// Pure: exit codes and signals in words. A code above 128 is, by the convention of shells and container runtimes, 128
// plus the signal that ended the process. 126 and 127 are the shell's own (POSIX, Shell Command Language, 2.8.2).

const signals: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  5: 'SIGTRAP',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  10: 'SIGUSR1',
  11: 'SIGSEGV',
  12: 'SIGUSR2',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
  24: 'SIGXCPU',
  25: 'SIGXFSZ',
  31: 'SIGSYS',
}

const known: Readonly<Record<number, string>> = {
  126: 'its command could not be executed',
  127: 'its command was not found',
  255: 'often -1, or a code out of range',
}

/** `exit code 137, SIGKILL`; `exit code 127 (its command was not found)`. */
export function exitInWords(exitCode: number): string {
  const signal = signalOf(exitCode)
  if (signal !== undefined) return `exit code ${exitCode}, ${signal}`
  const words = known[exitCode]
  if (words !== undefined) return `exit code ${exitCode} (${words})`
  // Windows reports NTSTATUS codes, which users know in hexadecimal.
  return exitCode < 0 ? `exit code 0x${(exitCode >>> 0).toString(16).toUpperCase()}` : `exit code ${exitCode}`
}

/** Returns the name of the signal that an exit code stands for, or undefined. */
export const signalOf = (exitCode: number): string | undefined => signals[exitCode - 128]

/** Returns the number of that signal, or null. */
export const signalNumberOf = (exitCode: number): number | null =>
  signalOf(exitCode) === undefined ? null : exitCode - 128

/** Returns the name of a signal, which some runtimes report beside the code. */
export const signalNamed = (signal: number): string => signals[signal] ?? `signal ${signal}`
