// A container id has the scheme of its runtime or none: `containerd://0a1b…` and `0a1b…` are one container. Lines store
// it as sent, since it is a part of their identity. `lives` stores it without scheme. This module has the rule for
// both.

/** Valid in JavaScript and RE2. migrations/0007-handles.sql has the same text. */
export const containerScheme = '^[A-Za-z0-9.+-]+://'

const scheme = new RegExp(containerScheme)

/** Removes the scheme. Apply it once only, since an id may look as if it had another scheme. */
export const bareContainerId = (id: string): string => id.replace(scheme, '')
