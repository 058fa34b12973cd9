// Pure: the fingerprint of a death: how it ended, its last error without what varies, and the top frames of its trace.
// Deaths of one fault have one fingerprint, over restarts, pods and builds (decision 0023).
import { createHash } from 'node:crypto'
import { variableText } from '#shared/lines/variable-text.ts'
import type { LastError } from './last-error.ts'

export interface HowItEnded {
  outcome: string
  reason: string
  exitCode: number | null
}

export interface Fingerprint {
  /** 16 hexadecimal digits. */
  fingerprint: string
  /** For people. */
  title: string
}

/** `names`: of the pod itself, which its messages may have. */
export function fingerprintOf(ended: HowItEnded, error: LastError | undefined, names: readonly string[]): Fingerprint {
  const said = error === undefined ? '' : withoutVariables(error.message, names)
  const frames = error?.frames ?? []
  const hashed = JSON.stringify([ended.outcome, ended.reason, ended.exitCode, said, frames])
  return {
    fingerprint: createHash('sha256').update(hashed).digest('hex').slice(0, 16),
    title: titleOf(ended, said, frames[0]),
  }
}

const variable = new RegExp(variableText, 'g')
/** Times, levels and thread names in front of what is said. */
const lead = /^(?:[[(|]*<_>[\])|,:]*[\s|:-]*)+/

function withoutVariables(message: string, names: readonly string[]): string {
  const own = names.filter((name) => name.length > 2).toSorted((a, b) => b.length - a.length)
  const unnamed = own.reduce((text, name) => text.replaceAll(name, '0'), message)
  return unnamed
    .replaceAll(variable, '<_>')
    .replaceAll(/<_>(?:(?:[.,:;/+-] ?)?<_>)+/g, '<_>')
    .replace(lead, '')
    .trim()
}

const titleMax = 200

function titleOf({ outcome, reason, exitCode }: HowItEnded, said: string, frame: string | undefined): string {
  const how = `${reason === '' ? outcome : reason}${exitCode === null ? '' : ` (${exitCode})`}`
  if (said === '' && frame === undefined) return how
  const where = frame === undefined ? '' : ` at ${frame}`
  const [first = ''] = said.split('\n')
  const what = first.length <= titleMax ? first : `${first.slice(0, titleMax).toWellFormed()}…`
  return `${how}: ${what}${where}`
}
