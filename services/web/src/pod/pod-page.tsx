// One pod: why it ended and on which evidence, its lives over time, and below them all that it said, opened at its last
// words.
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { obituaryOf } from '../api/pod.ts'
import type { Obituary } from '../api/types.ts'
import { without } from '../search-params.ts'
import { Failure, Waiting } from '../ui/state.tsx'
import { LineStream } from './line-stream.tsx'
import { PodHead } from './pod-head.tsx'
import { TimeAxis } from './time-axis.tsx'
import { useJumps } from './use-jumps.ts'

const route = getRouteApi('/pods/$uid')

export function PodPage() {
  const { uid } = route.useParams()
  const { data, error, refetch } = useQuery({
    queryKey: ['obituary', uid],
    queryFn: ({ signal }) => obituaryOf(uid, signal),
  })
  if (error !== null) return <Failure what={`The pod ${uid}`} error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Waiting what="the pod" />
  return <PodView obituary={data} />
}

function PodView({ obituary }: { obituary: Obituary }) {
  const jumps = useJumps(obituary)
  return (
    <article className="pod">
      <PodHead obituary={obituary} />
      <div className="pod-words">
        <TimeAxis obituary={obituary} onJump={jumps.to} />
        <div className="stream-tools">
          <fieldset className="segments" aria-label="Go to">
            {jumps.targets.map(({ label, at }) => (
              <button key={label} type="button" aria-pressed={jumps.at === at} onClick={() => jumps.to(at)}>
                {label}
              </button>
            ))}
          </fieldset>
          <LineFilters />
        </div>
        <LineStream obituary={obituary} />
      </div>
    </article>
  )
}

function LineFilters() {
  const { q, wrap } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <>
      <search>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            const text = new FormData(event.currentTarget).get('q')
            void navigate({
              search: (before) =>
                typeof text === 'string' && text !== '' ? { ...before, q: text } : without(before, 'q'),
            })
          }}
        >
          <input
            key={q}
            type="search"
            name="q"
            defaultValue={q}
            aria-label="Search among the lines of this pod"
            placeholder="Search its lines"
            spellCheck={false}
          />
        </form>
      </search>
      <button
        type="button"
        className="quiet"
        aria-pressed={wrap === undefined}
        onClick={() =>
          void navigate({
            search: (before) => (before.wrap === undefined ? { ...before, wrap: 'off' } : without(before, 'wrap')),
            replace: true,
          })
        }
      >
        Wrap
      </button>
    </>
  )
}
