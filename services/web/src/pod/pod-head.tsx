// Who the pod was, why it ended in one sentence, and what this rests on.
import { Link } from '@tanstack/react-router'
import { baseUrl } from '../api/client.ts'
import type { Life, Obituary } from '../api/types.ts'
import { FilterLink } from '../deaths/filter-link.tsx'
import { Message } from '../text/message.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { OutcomeBadge } from '../ui/outcome.tsx'
import { Time } from '../ui/zone.tsx'

/** Where the head stands beside the words, and not above them (styles/pod.css). */
const wide = '(min-width: 1100px)'

export function PodHead({ obituary }: { obituary: Obituary }) {
  const { pod, cause, evidence, replacement, alsoDied, outcome } = obituary
  return (
    <header className="pod-head">
      <h1>
        <span className="namespace">{pod.namespace}/</span>
        <Message text={pod.name} /> <OutcomeBadge outcome={outcome} />
      </h1>
      <p className="cause large">
        <Message text={cause} />
      </p>
      <dl className="facts">
        {pod.diedAt !== null && (
          <Fact name="Died">
            <Time time={pod.diedAt} withAge />
          </Fact>
        )}
        {pod.owner !== null && (
          <Fact name="Owner">
            <FilterLink name="owner" value={`${pod.owner.kind}/${pod.owner.name}`} />
          </Fact>
        )}
        {pod.node !== '' && (
          <Fact name="Node">
            <FilterLink name="node" value={pod.node} />
          </Fact>
        )}
        <Fact name="Replaced by">
          {replacement === null ? (
            'nobody, as far as is known'
          ) : (
            <Link to="/pods/$uid" params={{ uid: replacement.uid }} search={{}}>
              {replacement.name}
            </Link>
          )}
        </Fact>
        <Fact name="Also died there">
          {alsoDied.length === 0
            ? 'nobody within 5 minutes'
            : alsoDied.map((other) => (
                <Link key={other.uid} to="/pods/$uid" params={{ uid: other.uid }} search={{}} className="also">
                  {other.name}
                </Link>
              ))}
        </Fact>
        <Fact name="Uid">
          <span className="mono">{pod.uid}</span>
        </Fact>
      </dl>
      <Seals obituary={obituary} />
      <details className="evidence" open={matchMedia(wide).matches}>
        <summary>
          Evidence <span className="faint">{evidence.length}</span>
        </summary>
        <ul>
          {evidence.map(({ kind, time, text }) => (
            <li key={`${kind} ${time} ${text}`}>
              <span className="kind">{kind}</span>
              {time !== null && <Time time={time} />}
              <span>
                <Message text={text} />
              </span>
            </li>
          ))}
        </ul>
      </details>
      <Downloads obituary={obituary} />
    </header>
  )
}

const Fact = ({ name, children }: { name: string; children: React.ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

/** Whether any line is missing, life by life, in words. */
function Seals({ obituary }: { obituary: Obituary }) {
  const lives = obituary.pod.containers.flatMap(({ name, lives: own }) => own.map((life) => ({ name, life })))
  return (
    <ul className="seals" aria-label="Whether lines are missing">
      {lives.map(({ name, life }) => (
        <li key={`${name}/${life.containerId}/${life.restart}`} className={`seal seal-${life.seal?.state ?? 'none'}`}>
          {lives.length > 1 && <span className="faint">{nameOfLife(name, life)}: </span>}
          {life.seal?.text ?? 'no line of it is stored'}
        </li>
      ))}
    </ul>
  )
}

const nameOfLife = (container: string, { restart }: Pick<Life, 'restart'>): string =>
  restart === null ? container : `${container}, life ${restart}`

function Downloads({ obituary: { pod } }: { obituary: Obituary }) {
  const path = `v1/pods/${encodeURIComponent(pod.uid)}`
  const logs = new URL(`${path}/logs`, baseUrl).href
  return (
    <p className="downloads">
      <CopyButton
        label="Copy kubectl command"
        text={`kubectl --context afterlog -n ${pod.namespace} logs ${pod.name}.${pod.uid.slice(0, 8)} --all-containers`}
      />
      <CopyButton label="Copy curl command" text={`curl -s -H 'accept: text/plain' '${logs}'`} />
      <a href={`${path}/obituary`} type="text/html">
        Obituary as one page
      </a>
    </p>
  )
}
