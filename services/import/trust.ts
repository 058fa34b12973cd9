// Decides whether the state of earlier runs still holds. Days expire oldest first, and a wiped store has nothing. So
// where the server returns both the oldest line in the state of a namespace and the one acknowledged last, it has all
// lines between. Otherwise each file is verified by itself.
import type { FileState, ImportState } from './state.ts'
import type { StoredLinesReader } from './stored-lines.ts'

export interface Remembered {
  /** Returns the file's state where the server still has its lines, else undefined: then all of it must be sent. */
  stateOf(key: string, filters: Filters): Promise<FileState | undefined>
}

export type Filters = Readonly<Record<string, string>>

export interface TrustOptions {
  state: ImportState
  verifies: StoredLinesReader['verifies']
}

export function createTrust({ state, verifies }: TrustOptions): Remembered {
  const verified = new Map<string, Promise<boolean>>()
  const files = state.entries()

  const verifyGroup = async (group: string): Promise<boolean> => {
    const members = files.filter(([, file]) => file.group === group)
    const oldest = members.reduce((a, b) => (b[1].last.time < a[1].last.time ? b : a))
    const newest = members.reduce((a, b) => (b[1].acknowledged > a[1].acknowledged ? b : a))
    return (
      (await verifies(oldest[1].filters, oldest[1].last)) &&
      (oldest === newest || (await verifies(newest[1].filters, newest[1].last)))
    )
  }
  return {
    async stateOf(key, filters) {
      const file = state.get(key)
      if (file === undefined) return undefined
      if (!verified.has(file.group)) verified.set(file.group, verifyGroup(file.group))
      return (await verified.get(file.group)!) || (await verifies(filters, file.last)) ? file : undefined
    },
  }
}
