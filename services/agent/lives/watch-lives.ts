// One look at the directory: which lives and files there are, what became of those that were there, and in which order
// they were written. It decides nothing of what is sent, but that bytes are lost.
import { dirname } from 'node:path'
import { endIsHopeless } from './ends.ts'
import { isFinal, isGone, newLife, type Life, type LogFile } from './log-file.ts'
import { isSucceeded } from './over.ts'
import { decideLoss, forgetFiles } from './losses.ts'
import { identifyFiles, type IdentifyOptions } from './identify-files.ts'
import { leaveUnlinked, linkFiles } from './link-files.ts'
import { grow, matchFiles, orderFiles } from './match-files.ts'
import type { ListedLife, Listing } from '../files/pods-directory.ts'
import type { OpenFiles } from '../files/open-files.ts'

export interface WatchOptions {
  lives: Map<string, Life>
  openFiles: OpenFiles
  headOf: IdentifyOptions['headOf']
  lineOf: IdentifyOptions['lineOf']
  onTwin: IdentifyOptions['onTwin']
  /** ms without growth after which a file that was superseded is final. */
  settleMs: number
  /** ms after its directory was made within which the first file of a container is. */
  lateMs: number
  nextId(): number
  onForgotten(file: LogFile): void
}

export interface Watch {
  /** `nowMs` is of a steady clock. */
  look(listing: Listing, nowMs: number): void
}

export function createWatch(options: WatchOptions): Watch {
  const { lives, openFiles, settleMs, lateMs, nextId, onForgotten } = options
  let scan = 0

  const lookAtFiles = (life: Life, { files, isWhole }: Pick<ListedLife, 'files' | 'isWhole'>, nowMs: number): void => {
    matchFiles(life, files, { nowMs, nextId, isWhole })
    // Held from now on, so that a file that is removed can still be read.
    for (const file of life.files) if (file.isPresent && !file.isRead) openFiles.hold(file)
    const areAllKnown = identifyFiles(life, { ...options, nowMs, onLeft: openFiles.close })
    for (const file of life.files) if (!file.isPresent && areAllKnown && isWhole) file.missed++
    orderFiles(life)
    if (isWhole) linkFiles(life, scan)
    else leaveUnlinked(life)
  }
  const lookAtLife = (life: Life, nowMs: number): void => {
    for (const [place, file] of life.files.entries()) {
      const isOver = place < life.files.length - 1 || life.overAtMs !== undefined
      file.supersededAtMs = isOver ? (file.supersededAtMs ?? nowMs) : undefined
      lookAtOpen(file, nowMs)
      const isWatched = file.isPresent || openFiles.isOpen(file)
      if (file.size === 0 && !file.gz && isWatched && isFinal(file, nowMs, settleMs)) file.isRead = true
      if (!isGone(file)) continue
      if (file.isRead && (file.size === 0 || endIsHopeless(life, place))) openFiles.close(file)
      const hasNoName = file.file === undefined && file.size > 0
      if (file.inode < 0 || hasNoName || (file.gz && !openFiles.isPlain(file))) openFiles.close(file)
      if (!openFiles.isOpen(file)) decideLoss(life, place)
    }
    for (const file of forgetFiles(life, openFiles.isOpen)) onForgotten(file)
  }
  /** A file that was removed grows as long as somebody writes to it. */
  const lookAtOpen = (file: LogFile, nowMs: number): void => {
    if (file.isPresent || file.gz) return
    const stats = openFiles.stats(file)
    if (stats === undefined) return
    grow(file, stats.size, nowMs)
    file.writtenMs = stats.mtimeMs
  }
  /** The directory of a container is gone once the container is, if its files were unlinked and not moved. */
  const missLife = (life: Life, nowMs: number): void => {
    lookAtFiles(life, { files: [], isWhole: true }, nowMs)
    if (++life.missed < 2) return
    life.isRemoved = true
    const last = life.files.at(-1)
    if (last === undefined || openFiles.stats(last)?.nlink === 0) life.overAtMs ??= nowMs
  }

  return {
    look({ lives: listed, unseen }, nowMs) {
      scan++
      const present = new Set<Life>()
      for (const seen of listed) {
        const { key, directory, path, restart } = seen
        const life = lives.get(key) ?? newLife(key, directory, path, restart)
        if (!lives.has(key)) life.hadFiles = beganEarlier(seen, lateMs)
        lives.set(key, life)
        present.add(life)
        life.missed = 0
        life.isRemoved = false
        lookAtFiles(life, seen, nowMs)
      }
      const runs = Map.groupBy(lives.values(), ({ directory }) => directory)
      for (const life of lives.values()) {
        const isPresent = present.has(life)
        if (!isPresent && !liesIn(unseen, life.directory)) missLife(life, nowMs)
        if (isSucceeded(life, runs.get(life.directory) ?? [])) life.overAtMs ??= nowMs
        // Somebody writes to it after all, or its directory was made again.
        else if (isPresent) life.overAtMs = undefined
        lookAtLife(life, nowMs)
        if (life.files.length === 0 && life.isRemoved) lives.delete(life.key)
      }
    },
  }
}

/** Whether the directory of a container, or that of its pod, could not be looked at. */
const liesIn = (unseen: ReadonlySet<string>, directory: string): boolean =>
  unseen.has(directory) || unseen.has(dirname(directory))

/** Whether the oldest file of a life that is new to the agent is certainly not the first one: that may be gone. */
const beganEarlier = ({ restart, bornMs, files }: ListedLife, lateMs: number): boolean =>
  restart === 0 && bornMs > 0 && files.every((file) => file.bornMs - bornMs > lateMs)
