// `app`, `app@-3`, `app@2`: a container of a pod, and which of its lives: the newest, so many back from it, or by restart number.
import { badRequest } from '#shared/kubernetes-status.ts'

export interface LogContainer {
  /** '' where none is named. */
  name: string
  life?: number
}

export function parseLogContainer(text: string): LogContainer {
  const at = text.lastIndexOf('@')
  if (at < 0) return { name: text }
  const life = text.slice(at + 1)
  if (!/^-?\d{1,9}$/.test(life))
    throw badRequest(
      `container: Invalid value: ${JSON.stringify(text.slice(0, 80))}: behind an @ comes a restart number, or a negative one that counts back from the newest life`,
    )
  return { name: text.slice(0, at), life: Number(life) }
}
