// Pure: a stored document as an obituary of today. Most documents are composed anew when the rules change. One whose
// facts or lines are gone is read as it is, so what older rules wrote is corrected here.
import { epochNs } from '#shared/pod-model/epoch-ns.ts'
import type { LineJson } from '#shared/lines/line-json.ts'
import { deathErrors, linesBeforeEnd, type DeathErrors } from './errors-of-death.ts'
import type { FrozenDocument } from './frozen-document.ts'
import { errorsOf } from './last-error.ts'
import { withErrors, type Obituary } from './obituary.ts'

/** Of rules before version 10, which told the first error of a whole life, of any death. */
type OldDocument = Omit<FrozenDocument, keyof DeathErrors> & { firstError: LineJson | null; lastError?: never }

export function documentIn(document: string): FrozenDocument {
  const stored: FrozenDocument | OldDocument = JSON.parse(document)
  return isOld(stored) ? upgraded(stored) : stored
}

/** Without what only the page of the pod shows. */
export function obituaryIn(document: string): Obituary {
  const { detail: _, ...obituary } = documentIn(document)
  return obituary
}

const isOld = (stored: FrozenDocument | OldDocument): stored is OldDocument => stored.lastError === undefined

function upgraded({ firstError, ...rest }: OldDocument): FrozenDocument {
  if (firstError === null) return { ...rest, firstError: null, lastError: null }
  const quoted = firstError.message.trim().slice(0, 1000)
  const evidence = rest.evidence.filter(
    ({ kind, time, text }) => !(kind === 'line' && time === firstError.time && text.startsWith(quoted)),
  )
  const cause = rest.cause.replace(/; its first error: "(?:[^"\\]|\\.)*"$/s, '')
  return withErrors({ ...rest, cause, evidence }, lastErrorsIn(rest, firstError))
}

/** The errors among the last words of the life that died, whose first error older rules found. */
function lastErrorsIn({ pod, lastWords }: Pick<OldDocument, 'pod' | 'lastWords'>, firstError: LineJson): DeathErrors {
  const { container, restart, time, offset } = firstError
  const words = lastWords.find((one) => one.container === container)?.lines ?? []
  const own = words.filter((line) => line.restart === restart)
  const isAmong = own.some((line) => line.time === time && line.offset === offset)
  const lines = linesBeforeEnd(isAmong ? own : [firstError, ...own], endOf(pod, firstError), (line) =>
    epochNs(line.time),
  )
  return deathErrors(errorsOf(lines), (at) => lines[at]!)
}

const endOf = ({ containers }: Obituary['pod'], { container, restart, containerId }: LineJson): string | null =>
  containers
    .find(({ name }) => name === container)
    ?.lives.findLast(
      (life) => life.restart === restart && (containerId === '' || life.containerId.endsWith(containerId)),
    )?.finishedAt ?? null
