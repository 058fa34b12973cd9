// level=info msg="a b" flag
// Pairs of a logfmt line, with the mistakes between them: https://brandur.org/logfmt
import { unescaped } from './json-scan.ts'

export interface LogfmtPair {
  key: string
  value: string
}

/** Calls `onPair` until it returns false; `onError` likewise. */
export function eachPair(
  line: string,
  onPair: (pair: LogfmtPair) => boolean,
  onError: (message: string) => boolean,
): void {
  let at = 0
  const fail = (message: string): boolean => onError(`logfmt syntax error at pos ${at + 1} : ${message}`)
  while (at < line.length) {
    while (at < line.length && isBlank(line, at)) at += 1
    if (at >= line.length) return
    const start = at
    while (at < line.length && !isBlank(line, at) && line[at] !== '=' && line[at] !== '"') at += 1
    const key = line.slice(start, at)
    const char = line[at]
    if (char === '"' || (char === '=' && key === '')) {
      if (!fail(`unexpected '${char}'`)) return
      at = skipValue(line, at)
      continue
    }
    if (key.includes('\uFFFD')) {
      if (!fail('invalid key')) return
      if (char === '=') at = skipValue(line, at)
      continue
    }
    if (char !== '=') {
      if (!onPair({ key, value: '' })) return
      continue
    }
    at += 1
    if (line[at] === '"') {
      const end = quoteEnd(line, at + 1)
      if (end < 0) {
        at = line.length
        fail('unterminated quoted value')
        return
      }
      const value = unescaped(line.slice(at + 1, end), true)
      at = end + 1
      if (value === undefined ? !fail('invalid quoted value') : !onPair({ key, value })) return
      continue
    }
    const from = at
    while (at < line.length && !isBlank(line, at) && line[at] !== '=' && line[at] !== '"') at += 1
    if (line[at] === '=' || line[at] === '"') {
      if (!fail(`unexpected '${line[at]}'`)) return
      at = skipValue(line, at)
      continue
    }
    if (!onPair({ key, value: line.slice(from, at) })) return
  }
}

const isBlank = (line: string, at: number): boolean => line.charCodeAt(at) <= 32

function skipValue(line: string, from: number): number {
  let at = from
  while (at < line.length && !isBlank(line, at)) at += 1
  return at
}

function quoteEnd(line: string, from: number): number {
  for (let at = from; at < line.length; at++) {
    if (line[at] === '"') return at
    if (line[at] === '\\') at += 1
  }
  return -1
}
