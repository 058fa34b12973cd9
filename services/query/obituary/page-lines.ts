// Pure: lines as a list of a page, with what is missing between them drawn where it is.
import type { LineJson } from '#shared/lines/line-json.ts'
import type { Gap } from '#shared/pod-model/seal/evidence.ts'
import { gapInWords } from '#shared/pod-model/seal/words.ts'
import { html, join, type Html } from './html.ts'
import { clockOf, dayOf } from './page-times.ts'

export interface LifeGaps {
  restart: number | null
  gaps: readonly Gap[]
}

/** `lines`: of one container, oldest first. The day stands once, and again where it changes, as the life does. */
export function lineList(lines: readonly LineJson[], lives: readonly LifeGaps[] = []): Html {
  const gapsBefore = gapsByIndex(lines, lives)
  let shown = ''
  const items = lines.flatMap((line, i) => {
    const before = lines[i - 1]
    const isNewDay = before === undefined || dayOf(before.time) !== dayOf(line.time)
    const clock = clockOf(line.time)
    const isRepeated = !isNewDay && (clock === shown || isContinued(line, before))
    if (!isRepeated) shown = clock
    const gaps = (gapsBefore.get(i) ?? []).map(gapItem)
    const day = isNewDay ? [html`<li class="day">${dayOf(line.time)}, UTC</li>`] : []
    const isSameLife = before === undefined || line.restart === null || line.restart === before.restart
    const life = isSameLife ? [] : [html`<li class="day">life ${String(line.restart)}</li>`]
    return [...gaps, ...life, ...day, lineItem(line, isRepeated ? '' : clock)]
  })
  const last = (gapsBefore.get(lines.length) ?? []).map(gapItem)
  return html`<ol class="lines">
    ${join([...items, ...last])}
  </ol>`
}

const lineItem = ({ stream, severity, message }: LineJson, clock: string): Html =>
  html`<li class="${[stream, severity].filter((word) => word !== '').join(' ')}">
    <time>${clock}</time><span>${message}</span>
  </li>`

const gapItem = (gap: Gap): Html =>
  html`<li class="gap"><time></time><span>missing here: ${gapInWords(gap, false)}</span></li>`

/** A line of a stack trace, within a second of the line above it. */
const isContinued = ({ message, time }: LineJson, before: LineJson): boolean =>
  /^(?:\s+\S|Caused by: |#\d+ )/.test(message) && time.slice(0, 19) === before.time.slice(0, 19)

/** Gaps by the index of the line behind each. A gap before the first line is not among last words. */
function gapsByIndex(lines: readonly LineJson[], lives: readonly LifeGaps[]): Map<number, Gap[]> {
  const places = lives.flatMap(({ restart, gaps }) =>
    gaps.flatMap((gap) => {
      const before = lines.findLastIndex((line) => line.restart === restart && line.time <= gap.from)
      return before < 0 ? [] : [{ index: before + 1, gap }]
    }),
  )
  return new Map(
    [...Map.groupBy(places, ({ index }) => index)].map(([index, own]) => [index, own.map(({ gap }) => gap)]),
  )
}
