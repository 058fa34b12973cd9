// Pure: the `continue` token of a list under /k8s. It says where the next page begins and to which list it belongs. It
// does not expire.
import { badRequest } from '#shared/kubernetes-status.ts'
import { digest } from '#query/http/cursor.ts'

/** `list`: the path and the selectors that the token belongs to. */
export function encodeContinue(key: readonly string[], list: readonly unknown[]): string {
  return Buffer.from(JSON.stringify([1, digest(list), ...key])).toString('base64url')
}

/**
 * The key; undefined at the first page. Throws 400 on a token that this server did not give, or gave for another list.
 */
export function decodeContinue(token: string, length: number, list: readonly unknown[]): string[] | undefined {
  if (token === '') return undefined
  const [version, of, ...key] = parse(token)
  const isOurs = version === 1 && key.length === length && key.every((part): part is string => typeof part === 'string')
  if (!isOurs) throw badRequest('continue key is not valid: it is not one that this server gave; list again without it')
  if (of !== digest(list))
    throw badRequest('continue key is not valid: it belongs to a list with other selectors; list again without it')
  return key
}

function parse(token: string): unknown[] {
  try {
    const value: unknown = /^[\w-]+$/.test(token) ? JSON.parse(Buffer.from(token, 'base64url').toString()) : undefined
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}
