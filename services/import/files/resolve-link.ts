// Pure: resolves a symbolic link inside a node's tree, as seen from that tree's root. A rescued disk may be mounted
// anywhere, so an absolute target is looked up inside the tree. Nothing outside the tree is ever reached.
import type { Entry } from './log-file.ts'

const hopsMax = 16

/**
 * Returns the file at the end of a chain of links, or undefined for a dangling link, a loop, or a target outside the
 * tree.
 */
export function resolveLink(link: Entry, entries: ReadonlyMap<string, Entry>): Entry | undefined {
  let at: Entry | undefined = link
  for (let hops = 0; hops < hopsMax && at !== undefined; hops++) {
    if (at.kind === 'file') return at
    if (at.kind !== 'link' || at.target === undefined) return undefined
    at = candidates(at.path, at.target)
      .map((path) => entries.get(path))
      .find((entry) => entry !== undefined)
  }
  return undefined
}

// An absolute target is a path from the root of the disk, while the tree may begin at var/log or at any folder above
// the logs. So every tail of the target is tried, the longest first.
function candidates(from: string, target: string): string[] {
  if (!target.startsWith('/')) {
    const joined = normalise([...from.split('/').slice(0, -1), ...target.split('/')])
    return joined === undefined ? [] : [joined]
  }
  const plain = normalise(target.split('/'))
  if (plain === undefined) return []
  const parts = plain.split('/')
  return parts.map((_, i) => parts.slice(i).join('/')).slice(0, Math.max(parts.length - 2, 1))
}

function normalise(parts: readonly string[]): string | undefined {
  const out: string[] = []
  for (const part of parts) {
    if (part === '' || part === '.') continue
    if (part !== '..') out.push(part)
    else if (out.pop() === undefined) return undefined
  }
  return out.join('/')
}
