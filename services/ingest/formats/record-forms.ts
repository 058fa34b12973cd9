// What a record may be beside a line, and what it may not be.
import { type LineDraft, text } from '../normalise/line-draft.ts'

export const recordsInRecord =
  'records is a field of a batch, which no record has; send what it holds as a body, or as records beside this one'

export const markProblem = 'a mark needs file and offset: up to where which file was written'

/** Makes a draft with its names and numbers a mark. Returns false where it lacks what a mark needs. */
export function makeMark(draft: LineDraft): boolean {
  draft.mark = true
  draft.length = 0
  draft.eof = draft.partial = false
  return draft.offset >= 0 && !draft.isEmpty(text.file)
}
