// One call of logcli, and what is due.
import { deepStrictEqual } from 'node:assert'
import type { CorpusLine } from './corpus.ts'

export interface Output {
  code: number | null
  stdout: string
  stderr: string
}

export interface Case {
  /** As a user would type them, behind `logcli`. */
  args: readonly string[]
  /** Throws where the output is another one. */
  check(output: Output): void
}

/** A call that succeeds, whose standard output is this text. */
export const prints = (args: readonly string[], text: string): Case => printing(args, (stdout) => deepStrictEqual(stdout, text))

/** A call that succeeds. */
export const printing = (args: readonly string[], check: (stdout: string, stderr: string) => void): Case => ({
  args,
  check({ code, stdout, stderr }) {
    deepStrictEqual({ code, stderr: code === 0 ? '' : stderr }, { code: 0, stderr: '' })
    check(stdout, stderr)
  },
})

/** A call that fails with these words. */
export const fails = (args: readonly string[], words: string): Case => ({
  args,
  check({ code, stdout, stderr }) {
    const isTold = stderr.includes(words)
    deepStrictEqual({ code, stdout, said: isTold ? words : stderr }, { code: 1, stdout: '', said: words })
  },
})

export const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')

/** As logcli takes the ends of a range. */
export function rfc3339(ns: bigint): string {
  const whole = new Date(Number(ns / 1_000_000n)).toISOString().slice(0, 19)
  const decimals = String(ns % 1_000_000_000n).padStart(9, '0')
  // Go writes no zeros at the end of the decimals.
  return `${whole}.${decimals}Z`.replace(/\.?0+Z$/, 'Z')
}

/** The newest first, no more than `limit`. */
export const newest = (lines: readonly CorpusLine[], limit = 30): CorpusLine[] => lines.toReversed().slice(0, limit)
