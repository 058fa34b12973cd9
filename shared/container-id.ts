// A container id comes with the scheme of its runtime or without: `containerd://0a1b…` and `0a1b…` are one container. Lines keep it as
// sent, since their identity has it; `lives` keeps it bare. Both sides compare by this one rule.

/** For JavaScript and RE2 alike; migrations/0007-handles.sql has the same words. What does not match is part of the id. */
export const containerScheme = '^[A-Za-z0-9.+-]+://'

const scheme = new RegExp(containerScheme)

/** Not to be applied twice: an id may hold what looks like another scheme. */
export const bareContainerId = (id: string): string => id.replace(scheme, '')
