// A container id has the scheme of its runtime or none: `containerd://0a1b…` and `0a1b…` are one container. Lines store
// it as sent, since it is a part of their identity. `lives` stores it without scheme. This module has the rule for
// both.

/** Valid in JavaScript and RE2. migrations/0007-handles.sql has the same text. */
export const containerScheme = '^[A-Za-z0-9.+-]+://'

const scheme = new RegExp(containerScheme)

/** Removes the scheme. Apply it once only, since an id may look as if it had another scheme. */
export const bareContainerId = (id: string): string => id.replace(scheme, '')

/** Whether two ids without schemes are of one container: the name of a log file may have a shortened id. */
export const sameContainer = (a: string, b: string): boolean =>
  a !== '' && (a === b || (a.length >= 12 && b.length >= 12 && (a.startsWith(b) || b.startsWith(a))))

/** Whether two ids without schemes are surely of two containers: one that was cut, or is in capitals, may be the other. */
export function otherContainer(a: string, b: string): boolean {
  const [one, other] = [a.toLowerCase(), b.toLowerCase()]
  return !one.startsWith(other) && !other.startsWith(one)
}

/** Of what refused_lines names by a container. */
export const containerPrefix = 'container:'

/** How refused_lines names a container: by the beginning of its id, which shortened ids have too. */
export const containerKey = (id: string): string => `${containerPrefix}${id.slice(0, 12).toLowerCase()}`
