// Whose line a record is: every line has a pod with its namespace and container, or is a line of a node.
import { type LineDraft, text } from '../normalise/line-draft.ts'

/** Returns a sentence where the draft does not say whose line it is. */
export function ownerProblem(draft: LineDraft): string | undefined {
  if (draft.isEmpty(text.pod)) {
    if (!draft.isEmpty(text.podUid) || !draft.isEmpty(text.container))
      return 'pod is missing: a line of a container names its pod'
    return !draft.isEmpty(text.unit) || !draft.isEmpty(text.node)
      ? undefined
      : 'pod is missing: name namespace, pod and container, or a path, or the unit of a system line'
  }
  if (draft.isEmpty(text.namespace)) return 'namespace is missing'
  return draft.isEmpty(text.container) ? 'container is missing' : undefined
}
