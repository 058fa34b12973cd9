// Which messages the lines of the search are, most frequent first: a pattern leads to its lines.
import { getRouteApi } from '@tanstack/react-router'
import { useQuery } from '@tanstack/react-query'
import { ApiError } from '../api/client.ts'
import { patternsOf } from '../api/logs.ts'
import type { Pattern, PatternsAnswer } from '../api/types.ts'
import { without } from '../search-params.ts'
import { Message } from '../text/message.tsx'
import { severities, severityName } from '../ui/severity.ts'
import { Nothing } from '../ui/state.tsx'
import { Unanswered } from '../ui/unanswered.tsx'
import { Time } from '../ui/zone.tsx'
import { filtersOf, type LogsSearch } from './logs-search.ts'
import { patternText, withTerm } from './search-terms.ts'

const route = getRouteApi('/logs')

const patternsKey = (search: LogsSearch, run: number): readonly unknown[] => ['log-patterns', filtersOf(search), run]

export type PatternQuery = ReturnType<typeof usePatterns>

export function usePatterns(search: LogsSearch, run: number) {
  const filters = filtersOf(search)
  return useQuery({
    queryKey: patternsKey(search, run),
    queryFn: ({ signal }) => patternsOf(filters, signal),
    enabled: search.view === 'patterns',
    staleTime: Infinity,
  })
}

export function PatternList({ query, run }: { query: PatternQuery; run: number }) {
  const search = route.useSearch()
  const { data, error } = query
  if (error instanceof ApiError && error.parameter !== undefined)
    return <Nothing>The search has to be mended first.</Nothing>
  if (data === undefined) return <Unanswered what="the patterns" queryKey={patternsKey(search, run)} query={query} />
  if (data.patterns.length === 0)
    return (
      <Nothing>No line matches this search in this time. {data.hints?.map(({ message }) => message).join(' ')}</Nothing>
    )
  return (
    <div className="patterns">
      <p className="faint">
        {data.patterns.length} patterns of {data.lines.toLocaleString('en')} lines
        {data.sampled && ', estimated from a sample'}.
      </p>
      <ol>
        {data.patterns.map((pattern) => (
          <PatternRow key={pattern.pattern} pattern={pattern} answer={data} />
        ))}
      </ol>
    </div>
  )
}

function PatternRow({ pattern, answer }: { pattern: Pattern; answer: PatternsAnswer }) {
  const navigate = route.useNavigate()
  const text = patternText(pattern.pattern)
  const show = (term: string): void =>
    void navigate({ search: (before) => ({ ...without(before, 'view', 'line'), q: withTerm(before.q, term) }) })
  const share = answer.lines === 0 ? 0 : pattern.count / answer.lines
  const worst = severities.find((severity) => (pattern.bySeverity[severity] ?? 0) > 0) ?? ''
  return (
    <li className={`pattern line severity-${severityName(worst)}`}>
      <div className="pattern-counts">
        <strong>{pattern.count.toLocaleString('en')}</strong>
        <span className="faint">{(share * 100).toFixed(share < 0.1 ? 1 : 0)} %</span>
        <PatternBars pattern={pattern} />
      </div>
      <div className="pattern-text">
        <p className="mono">
          {pattern.pattern.split('<_>').map((piece, i) => (
            // The pieces of a pattern stay where they are.
            // oxlint-disable-next-line react/no-array-index-key
            <span key={i}>
              {i > 0 && <span className="varies">&lt;_&gt;</span>}
              <Message text={piece} />
            </span>
          ))}
        </p>
        <p className="faint">
          {severities
            .filter((severity) => (pattern.bySeverity[severity] ?? 0) > 0)
            .map((severity) => `${severityName(severity)} ${pattern.bySeverity[severity]?.toLocaleString('en')}`)
            .join(', ')}
          {' · '}
          <Time time={pattern.firstSeen} /> to <Time time={pattern.lastSeen} withAge />
        </p>
        {text !== '' && (
          <p>
            <button type="button" className="quiet" onClick={() => show(text)}>
              Its lines
            </button>
            {!text.includes('" "') && (
              <button type="button" className="quiet" onClick={() => show(`-${text}`)}>
                Without them
              </button>
            )}
          </p>
        )}
      </div>
    </li>
  )
}

/** Its lines over the time that it was seen, as bars beside each other. */
function PatternBars({ pattern: { buckets } }: { pattern: Pattern }) {
  const first = Date.parse(buckets[0]?.time ?? '')
  const length = Math.max(1, Date.parse(buckets.at(-1)?.time ?? '') - first)
  const most = Math.max(...buckets.map(({ count }) => count))
  return (
    <svg className="pattern-bars" viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">
      {buckets.map(({ time, count }) => (
        <rect
          key={time}
          x={((Date.parse(time) - first) / length) * 98}
          y={20 - (count / most) * 20}
          width="2"
          height={(count / most) * 20}
        />
      ))}
    </svg>
  )
}
