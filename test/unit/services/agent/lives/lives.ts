// A life of the agent, for its tests.
import { newLife, type Life, type LogFile, type PresentFile } from '../../../../../services/agent/lives/log-file.ts'
import { linkFiles } from '../../../../../services/agent/lives/link-files.ts'
import { matchFiles, orderFiles } from '../../../../../services/agent/lives/match-files.ts'

export const present = (name: string, inode: number, bytes = 100): PresentFile => ({
  name,
  rotated: /\.log\.([\d-]+)/.exec(name)?.[1],
  gz: name.endsWith('.gz'),
  inode,
  bornMs: inode,
  writtenMs: inode,
  bytes,
})

/** Lists its directory again and again. */
export function lifeOfListings(): { life: Life; look(...files: PresentFile[]): void } {
  const life = newLife('pod/app/0', '/pods/pod/app', '/var/log/pods/pod/app/0.log', 0)
  let [ids, scan] = [0, 0]
  return {
    life,
    look(...files) {
      matchFiles(life, files, { nowMs: ++scan * 1000, nextId: () => ++ids, isWhole: true })
      for (const file of life.files) if (!file.isPresent) file.missed++
      orderFiles(life)
      linkFiles(life, scan)
    },
  }
}

/** As after its lines were read and acknowledged. */
export function stored(file: LogFile): void {
  file.readTo = file.storedTo = file.size
  file.isRead = true
}
