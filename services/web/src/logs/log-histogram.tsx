// How many lines there are over the time, by severity, read behind the lines. What is brushed becomes the time of the
// search.
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useMemo } from 'react'
import { histogramOf } from '../api/logs.ts'
import { severities, severityName } from '../ui/severity.ts'
import { Unanswered } from '../ui/unanswered.tsx'
import { filtersOf } from './logs-search.ts'
import { useRefine } from './use-refine.ts'

const route = getRouteApi('/logs')
const BarsOverTime = lazy(() => import('../ui/bars-over-time.tsx').then((loaded) => ({ default: loaded.BarsOverTime })))

const colours: Readonly<Record<(typeof severities)[number], string>> = {
  fatal: '--oomkilled',
  error: '--crashed',
  warn: '--evicted',
  info: '--lost',
  debug: '--fine',
  trace: '--accent',
  '': '--faint',
}
const series = severities.map((name) => ({ name, word: severityName(name), colour: colours[name] }))

export function LogHistogram({ isReady, run }: { isReady: boolean; run: number }) {
  const search = route.useSearch()
  const { between } = useRefine()
  const filters = filtersOf(search)
  const queryKey = ['log-histogram', filters, run]
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => histogramOf(filters, signal),
    enabled: isReady,
    retry: false,
    staleTime: Infinity,
  })
  const { data } = query
  const buckets = useMemo(
    () => (data?.buckets ?? []).map(({ time, total, bySeverity }) => ({ time, total, counts: bySeverity })),
    [data],
  )
  const total = buckets.reduce((sum, bucket) => sum + bucket.total, 0)
  return (
    <figure className={data !== undefined && buckets.length === 0 ? 'histogram is-empty' : 'histogram'}>
      {data === undefined ? (
        isReady && <Unanswered what="the lines over time" queryKey={queryKey} query={query} />
      ) : (
        <>
          <figcaption>
            <span>
              <strong>{total.toLocaleString('en')}</strong> {total === 1 ? 'line' : 'lines'}
              {buckets.length > 0 && <span className="faint">, a bar for each {data.step}</span>}
            </span>
            {(search.from !== undefined || search.to !== undefined) && (
              <button type="button" className="quiet" onClick={() => between(undefined, undefined)}>
                All time
              </button>
            )}
          </figcaption>
          {buckets.length > 0 && (
            <Suspense>
              <BarsOverTime
                label="Lines over time"
                step={data.step}
                buckets={buckets}
                series={series}
                onBrush={between}
              />
            </Suspense>
          )}
        </>
      )}
    </figure>
  )
}
