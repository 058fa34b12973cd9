// Pure: an obituary as one HTML page, light and dark, for a desk and for a phone: why, on which evidence, the last words,
// whether all is there, and then the rest. All text in it is escaped, since containers write what they like. Links are
// relative, so that they work behind a path prefix.
import { html, join, type Html } from './html.ts'
import { pageText } from './page-frame.ts'
import { lineList } from './page-lines.ts'
import { ago, span, stamp } from './page-times.ts'
import { distinctErrors, type ErrorLine } from '#shared/obituary/errors-of-death.ts'
import type { LastWords, Obituary } from '#shared/obituary/obituary.ts'

/** `nowMs`: epoch ms. */
export function obituaryPage(obituary: Obituary, nowMs: number): string {
  const { pod, outcome, evidence, timeline, alsoDied } = obituary
  return pageText({
    title: `${pod.name}: ${outcome}`,
    header: header(obituary, nowMs),
    main: [
      section('Evidence', rowsOf(evidence)),
      ...errorSections(obituary),
      ...fatalFirst(obituary).map((words) => lastWordsOf(words, obituary)),
      section('Is anything missing?', seals(obituary)),
      section('Timeline', rowsOf(timeline)),
      section('Lives', lives(obituary)),
      facts(obituary),
      section('Also died on this node within 5 minutes', alsoDied.map(alsoDiedRow)),
    ],
    footer: html`Afterlog · obituary of pod <span class="uid">${pod.uid}</span>, as of
      ${stamp(new Date(nowMs).toISOString().slice(0, 19))} · times are UTC`,
  })
}

function header({ pod, outcome, cause, replacement }: Obituary, nowMs: number): Html {
  const { diedAt, firstSeen } = pod
  const age = diedAt === null ? '' : ago(diedAt, nowMs)
  const lived = diedAt === null || firstSeen === null ? '' : span(firstSeen, diedAt)
  const died =
    diedAt === null
      ? []
      : [html`died <b>${stamp(diedAt)}</b>${age === '' ? '' : `, ${age}`}${lived === '' ? '' : `, after ${lived}`}`]
  const replaced =
    replacement === null
      ? []
      : [
          html`replaced by ${podLink(replacement)} on ${replacement.node || 'no node yet'},
          ${stamp(replacement.startedAt)}`,
        ]
  const owner = pod.owner.name === '' ? [] : [html`${pod.owner.kind}/${pod.owner.name}`]
  const node = pod.node === '' ? [] : [html`node ${pod.node}`]
  return html`<p class="where">${[pod.cluster, pod.namespace].filter((part) => part !== '').join(' / ')}</p>
    <h1>${pod.name} ${badge(outcome)}</h1>
    <p class="cause">${cause}.</p>
    <ul class="facts">
      ${join([...died, ...owner, ...node, ...replaced, html`<a href="logs?gaps=true&amp;tail=1000">its lines</a>`].map((item) => html`<li>${item}</li>`))}
    </ul>`
}

const badge = (outcome: string): Html => html`<span class="outcome ${outcome}">${outcome}</span>`

/** The page is at …/pods/{uid}/obituary. */
const podLink = ({ uid, name }: { uid: string; name: string }): Html =>
  html`<a href="../${encodeURIComponent(uid)}/obituary">${name}</a>`

type Row = Obituary['evidence'][number] | Obituary['timeline'][number]

/** The day stands where it changes. */
const rowsOf = (items: readonly Row[]): Html[] =>
  items.map(
    ({ time, kind, text }, i) =>
      html`<tr>
        <td class="time">${timeBelow(time, items[i - 1]?.time ?? null)}</td>
        <td class="kind">${kind}</td>
        <td>${text}</td>
      </tr>`,
  )

const timeBelow = (time: string | null, above: string | null): string => {
  const whole = stamp(time)
  return time !== null && time.slice(0, 10) === above?.slice(0, 10) ? whole.slice(11) : whole
}

const alsoDiedRow = ({ namespace, name, uid, outcome, diedAt, cause }: Obituary['alsoDied'][number]): Html =>
  html`<tr>
    <td class="time">${stamp(diedAt)}</td>
    <td>${badge(outcome)}</td>
    <td>${namespace}/${podLink({ uid, name })}: ${cause}</td>
  </tr>`

const lifeName = (container: string, restart: number | null): string =>
  restart === null ? container : `${container}, life ${restart}`

const seals = ({ seals: ofLives }: Obituary): Html[] =>
  ofLives.map(
    ({ container, restart, state, text }) =>
      html`<tr>
        <td class="kind">${lifeName(container, restart)}</td>
        <td class="seal ${state}">${text}</td>
      </tr>`,
  )

const lives = ({ pod }: Obituary): Html[] =>
  pod.containers.flatMap(({ name, lives: ofContainer }) =>
    ofContainer.map(
      ({ restart, startedAt, finishedAt, cause }) =>
        html`<tr>
          <td class="kind">${lifeName(name, restart)}</td>
          <td class="time">${startedAt === null ? 'start not known' : stamp(startedAt)}</td>
          <td>
            ${cause}${startedAt === null || finishedAt === null ? '' : `; it lived ${span(startedAt, finishedAt)}`}
          </td>
        </tr>`,
    ),
  )

const errorSections = (obituary: Obituary): Html[] =>
  distinctErrors(obituary).map((line, i, { length }) =>
    errorSection(i === length - 1 ? 'Last error' : 'First error', line),
  )

const errorSection = (title: string, line: ErrorLine): Html =>
  html`<section>
    <h2>${title}</h2>
    <p class="note">${line.container}, ${stamp(line.time)}: ${line.because}</p>
    <p class="said">${line.text}</p>
    ${line.frames.length === 0 ? html`` : html`<p class="note">in ${line.frames.join(' ← ')}</p>`}
  </section>`

/** Last words of containers, first of those whose last life ended badly. */
function fatalFirst({ lastWords, pod }: Obituary): readonly LastWords[] {
  const endedWell = (container: string): number => {
    const last = pod.containers.find(({ name }) => name === container)?.lives.at(-1)
    return last === undefined || last.outcome === 'completed' || last.outcome === 'running' ? 1 : 0
  }
  return lastWords.toSorted((a, b) => endedWell(a.container) - endedWell(b.container))
}

const lastWordsOf = ({ container, lines }: LastWords, { seals: ofLives }: Obituary): Html =>
  html`<section>
    <h2>Last words of ${container}</h2>
    ${
      lines.length === 0
        ? html`<p class="note">No line of it is stored.</p>`
        : lineList(
            lines,
            ofLives.filter((life) => life.container === container),
          )
    }
  </section>`

function facts({ pod }: Obituary): Html {
  const images = pod.containers.map(({ name, lives: ofContainer }): [string, string] => {
    const { image = '', imageDigest = '' } = ofContainer.at(-1) ?? {}
    return [`image of ${name}`, [image, imageDigest].filter((part) => part !== '').join(' ')]
  })
  const rows: [string, string][] = [
    ['uid', pod.uid],
    ['seen', pod.firstSeen === null ? '' : `${stamp(pod.firstSeen)} to ${stamp(pod.lastSeen)}`],
    ['restarts', pod.restarts === null ? '' : String(pod.restarts)],
    ['lines', pod.linesExact ? String(pod.lines) : `about ${pod.lines}`],
    ['address', pod.ip],
    ...images,
  ]
  const known = rows.filter(([, value]) => value !== '')
  return html`<section>
    <h2>The pod</h2>
    <dl>
      ${join(known.map(([name, value]) => html`<dt>${name}</dt><dd${name === 'uid' ? html` class="uid"` : html``}>${value}</dd>`))}
    </dl>
  </section>`
}

const section = (title: string, rows: readonly Html[]): Html =>
  rows.length === 0
    ? html``
    : html`<section>
        <h2>${title}</h2>
        <table>
          ${join(rows)}
        </table>
      </section>`
