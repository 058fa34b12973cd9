// A live tail as the page shows it: what comes is put together for a moment, so that thousands of lines in a second are a
// few changes of the list. While it is paused the list stays, and what comes is counted.
import { useEffect, useRef, useState } from 'react'
import { openTail } from '../api/tail.ts'
import type { LogFilters } from '../api/logs.ts'
import { lineKey } from '../lines/line-key.ts'
import { droppedText, noEntries, withEntries, type TailEntries, type TailEntry } from './tail-entries.ts'

/** ms for which lines are put together. */
const togetherMs = 200
const togetherMax = 5000

export interface Tail {
  shown: TailEntries
  /** Lines that came since the pause. */
  waiting: number
  state: 'connecting' | 'open' | 'broken'
}

export function useTail(filters: LogFilters, isPaused: boolean): Tail {
  const [tail, setTail] = useState<Tail>({ shown: noEntries, waiting: 0, state: 'connecting' })
  const paused = useRef(isPaused)
  useEffect(() => {
    paused.current = isPaused
  }, [isPaused])
  const filtersText = JSON.stringify(filters)
  useEffect(() => {
    let all = noEntries
    let arrived: TailEntry[] = []
    let state: Tail['state'] = 'connecting'
    let serial = 0
    const show = (): void =>
      setTail((before) => {
        const shown = paused.current ? before.shown : all
        const waiting = all.lines - shown.lines
        const isSame = before.shown === shown && before.waiting === waiting && before.state === state
        return isSame ? before : { shown, waiting, state }
      })
    const take = (): void => {
      all = withEntries(all, arrived)
      arrived = []
    }
    const timer = setInterval(() => {
      take()
      show()
    }, togetherMs)
    const push = (entry: TailEntry): void => {
      arrived.push(entry)
      // In the background timers are slow.
      if (arrived.length > togetherMax) take()
    }
    const asked: LogFilters = JSON.parse(filtersText)
    const close = openTail(asked, {
      onLine: (line) => push({ kind: 'line', key: `${lineKey(line)} ${++serial}`, line }),
      onMark: (event, data) =>
        push(
          event === 'dropped'
            ? { kind: 'dropped', key: `dropped ${++serial}`, text: droppedText(data) }
            : { kind: 'life', key: `life ${++serial}`, text: lifeText(data) },
        ),
      onOpen: () => {
        if (state === 'broken')
          push({
            kind: 'break',
            key: `break ${++serial}`,
            text: 'The connection broke here, and went on behind this line.',
          })
        state = 'open'
      },
      onBreak: () => {
        state = 'broken'
      },
    })
    return () => {
      clearInterval(timer)
      close()
      setTail({ shown: noEntries, waiting: 0, state: 'connecting' })
    }
  }, [filtersText])
  return tail
}

const lifeText = (data: unknown): string =>
  typeof data === 'object' && data !== null && 'text' in data && typeof data.text === 'string' ? data.text : ''
