// Parses the parameter `container`: `app` is the newest life of the container, `app@-3` the third life before it, and
// `app@2` the life with this restart number.
import { badRequest } from '#shared/kubernetes-status.ts'

export interface LogContainer {
  /** '' where the request names no container. */
  name: string
  life?: number
}

export function parseLogContainer(text: string): LogContainer {
  const at = text.lastIndexOf('@')
  if (at < 0) return { name: text }
  const life = text.slice(at + 1)
  if (!/^-?\d{1,9}$/.test(life))
    throw badRequest(
      `container: Invalid value: ${JSON.stringify(text.slice(0, 80))}: behind an @ give a restart number, ` +
        'or a negative number that counts back from the newest life',
    )
  return { name: text.slice(0, at), life: Number(life) }
}
