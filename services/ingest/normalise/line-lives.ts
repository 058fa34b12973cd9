// Whose line a draft is: what fragments of one line have together, as keys of maps.
import { type LineDraft, text } from './line-draft.ts'

/** Fragments with equal keys may be parts of one line. */
export const lifeKey = (draft: LineDraft): string => `${draft.stream}\0${lifeOf(draft)}`

export function lifeOf(draft: LineDraft): string {
  const part = (index: number): string => draft.source[index]!.toString('latin1', draft.start[index], draft.stop[index])
  return [
    draft.restart,
    part(text.podUid),
    part(text.container),
    part(text.containerId),
    part(text.namespace),
    part(text.pod),
    part(text.cluster),
    part(text.node),
    part(text.unit),
  ].join('\0')
}

/** A small number that most lives have alone: it costs less than their key. */
export function lifeHint(draft: LineDraft): number {
  let hash = draft.restart + 1
  for (const index of [text.podUid, text.pod, text.container]) {
    const source = draft.source[index]!
    const stop = draft.stop[index]!
    for (let i = Math.max(draft.start[index]!, stop - 12); i < stop; i++)
      hash = (Math.imul(hash, 31) + source[i]!) & 0x3fffffff
  }
  return hash
}
