// Lines of all pods by a search: its text, its time and its filters stand in the address. Lines are read first; what is
// counted comes behind them, each on its own.
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { ChosenLogFilters } from './chosen-log-filters.tsx'
import { Facets } from './facets.tsx'
import { LiveList } from './live-list.tsx'
import { LogHistogram } from './log-histogram.tsx'
import { LogList } from './log-list.tsx'
import { PatternList, usePatterns } from './pattern-list.tsx'
import { SearchBox } from './search-box.tsx'
import { TimeFields } from './time-fields.tsx'
import { useLogLines } from './use-log-lines.ts'
import { ViewTools } from './view-tools.tsx'
import '../styles/logs.css'

const route = getRouteApi('/logs')

export function LogsPage() {
  const search = route.useSearch()
  const [run, setRun] = useState(0)
  const lines = useLogLines(search, run)
  const patterns = usePatterns(search, run)
  const again = (): void => setRun(run + 1)
  const { error, data } = search.view === 'patterns' ? patterns : lines
  const isReady = data !== undefined || search.view === 'live'
  return (
    <div className="logs">
      <h1 className="visually-hidden">Logs</h1>
      <div className="logs-head">
        <SearchBox error={error} onSearch={again} />
        <TimeFields error={error} onSearch={again} />
      </div>
      <ChosenLogFilters />
      {search.view !== 'live' && error === null && <LogHistogram isReady={isReady} run={run} />}
      <div className="logs-body">
        <Facets isReady={isReady} run={run} />
        <section className="logs-lines" aria-label="Lines">
          <ViewTools />
          {search.view === undefined && <LogList query={lines} run={run} />}
          {search.view === 'live' && <LiveList />}
          {search.view === 'patterns' && <PatternList query={patterns} run={run} />}
        </section>
      </div>
    </div>
  )
}
