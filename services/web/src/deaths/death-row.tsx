import { Link } from '@tanstack/react-router'
import type { Death } from '../api/types.ts'
import { Message } from '../text/message.tsx'
import { OutcomeBadge } from '../ui/outcome.tsx'
import { Time } from '../ui/zone.tsx'
import { FilterLink } from './filter-link.tsx'
import { LivesStrip } from './lives-strip.tsx'

export function DeathRow({ death }: { death: Death }) {
  const { podUid, namespace, pod, container, node, owner, restart, lives, earlierLives, replacement } = death
  return (
    <li className={`death edge-${death.outcome}`}>
      <div className="death-head">
        <OutcomeBadge outcome={death.outcome} />
        <Link to="/pods/$uid" params={{ uid: podUid }} className="pod-link">
          <span className="namespace">{namespace}/</span>
          {pod}
        </Link>
        {container !== '' && (
          <span className="faint">
            {container}
            {restart !== null && restart > 0 ? `, restart ${restart}` : ''}
          </span>
        )}
        <span className="when">
          <Time time={death.diedAt} withAge />
        </span>
      </div>
      <p className="cause">
        <Message text={death.cause} />
      </p>
      {death.lastError !== null && (
        <p className="last-error mono">
          <Message text={death.lastError} />
        </p>
      )}
      <p className="faint handles">
        {owner !== '' && (
          <>
            <FilterLink name="owner" value={owner} />
            {' · '}
          </>
        )}
        {node !== '' && <FilterLink name="node" value={node} />}
        {lives !== undefined && lives.length > 0 && (
          <>
            {' · '}
            <LivesStrip lives={lives} earlier={earlierLives ?? 0} restart={restart} />
          </>
        )}
        {replacement != null && (
          <>
            {' · replaced by '}
            <Link to="/pods/$uid" params={{ uid: replacement.podUid }} title={replacement.podUid}>
              {replacement.pod}
            </Link>
          </>
        )}
      </p>
    </li>
  )
}
