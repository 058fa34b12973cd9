// Rows whose text a joined line has, and whose bytes lie apart from those that it covers. They tell where in files the end
// of its text came from: what ingest joined meanwhile may begin at a part, or stand behind the last one. Pure.
import { agrees, begin, endOf, goOn, type Assembly } from './assembly.ts'
import type { Line } from './row-decoder.ts'

/** Bytes of a part's message that are compared with the text; longer ones are cut when they are read. */
export const partBytesMax = 64 * 1024

/**
 * Takes in where the end of the text came from: the outermost parts that stand behind the line's last row, in order. What
 * begins in them, or goes on behind them, finds its place. False where the text does not end so: they are parts of another
 * line.
 */
export function knowParts(to: Assembly, parts: readonly Line[]): boolean {
  let at = to.size - parts.reduce((sum, { message }) => sum + message.length, 0)
  if (parts.length === 0) return true
  const isWhole = to.size === to.held && parts.every(({ message }) => message.length <= partBytesMax)
  if (!isWhole || at <= 0) return false
  const places = parts.map((part) => {
    const place = { part, at }
    at += part.message.length
    return place
  })
  if (!places.every((place) => agrees(to, place.part, place.at))) return false
  for (const place of places) {
    begin(to, place.part, place.at)
    goOn(to, place.part, place.at)
    if (place.part.ts > to.lastTs) to.lastTs = place.part.ts
  }
  return true
}

/** Of parts in order, those whose bytes no other one has: each batch that went on with a line may have left a longer one. */
export function outermost(parts: readonly Line[]): Line[] {
  const ends = new Map<string, number>()
  return parts.filter((part) => {
    const end = endOf(part)
    const isHeld = end >= 0 && end <= (ends.get(part.file) ?? -1)
    if (!isHeld) ends.set(part.file, end)
    return !isHeld
  })
}
