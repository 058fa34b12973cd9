// The zone and the clock in which the page shows times.
import { createContext, use, useEffect, useState, type ReactNode } from 'react'
import { ago, clockTime, dayOf, wholeTime, zoneName, type Zone } from '../time/format.ts'

const ZoneContext = createContext<Zone>('utc')
const NowContext = createContext(Date.now())

/** Ages are told to the second where they are short; the page counts them on every five seconds. */
const tickMs = 5000

export function ZoneProvider({ zone, children }: { zone: Zone; children: ReactNode }) {
  const [nowMs, setNowMs] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), tickMs)
    return () => clearInterval(timer)
  }, [])
  return (
    <ZoneContext value={zone}>
      <NowContext value={nowMs}>{children}</NowContext>
    </ZoneContext>
  )
}

export const useZone = (): Zone => use(ZoneContext)
export const useNowMs = (): number => use(NowContext)

/** A day and a time with its zone, and its age where it is asked for. */
export function Time({ time, withAge = false }: { time: string; withAge?: boolean }) {
  const zone = useZone()
  const nowMs = useNowMs()
  return (
    <time dateTime={time} title={wholeTime(time, zone)}>
      {dayOf(time, zone, nowMs)} {clockTime(time, zone)} {zoneName(zone, Date.parse(time))}
      {withAge && <span className="age"> · {ago(time, nowMs)}</span>}
    </time>
  )
}
