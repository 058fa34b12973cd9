// Deaths of one fault as one entry: how often, since when, whose, and an example to open.
import { getRouteApi, Link } from '@tanstack/react-router'
import { useQuery } from '@tanstack/react-query'
import { faultsOf } from '../api/deaths.ts'
import type { Fault } from '../api/types.ts'
import { without } from '../search-params.ts'
import { Message } from '../text/message.tsx'
import { OutcomeBadge } from '../ui/outcome.tsx'
import { Failure, Nothing, Waiting } from '../ui/state.tsx'
import { Time } from '../ui/zone.tsx'
import { FilterLink } from './filter-link.tsx'

const route = getRouteApi('/deaths')

export function FaultList() {
  const filters = without(route.useSearch(), 'tz', 'group')
  const { data, error, refetch } = useQuery({
    queryKey: ['faults', filters],
    queryFn: ({ signal }) => faultsOf(filters, signal),
  })
  if (error !== null) return <Failure what="The faults" error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Waiting what="faults" />
  if (data.groups.length === 0) return <Nothing>Nobody died badly in this time, as far as is known.</Nothing>
  return (
    <>
      <ol className="death-list">
        {data.groups.map((fault) => (
          <FaultRow key={fault.fingerprint} fault={fault} />
        ))}
      </ol>
      {data.total > data.groups.length && (
        <p className="faint">
          These are the most frequent {data.groups.length} of {data.total}. A filter or a shorter time shows the others.
        </p>
      )}
    </>
  )
}

function FaultRow({ fault }: { fault: Fault }) {
  const { example, count, pods, owners } = fault
  return (
    <li className={`death edge-${fault.outcome}`}>
      <div className="death-head">
        <OutcomeBadge outcome={fault.outcome} />
        <strong>
          {count} {count === 1 ? 'death' : 'deaths'}
        </strong>
        <span className="faint">
          of {pods} {pods === 1 ? 'pod' : 'pods'}
        </span>
        <span className="when">
          <Time time={fault.firstSeen} /> to <Time time={fault.lastSeen} withAge />
        </span>
      </div>
      <p className="cause">
        <Message text={fault.title} />
      </p>
      <p className="faint handles">
        {owners.map((owner) => (
          <span key={owner}>
            <FilterLink name="owner" value={owner} />
            {' · '}
          </span>
        ))}
        <Link to="/pods/$uid" params={{ uid: example.podUid }} className="pod-link">
          the last of them: {example.pod}
        </Link>
      </p>
    </li>
  )
}
