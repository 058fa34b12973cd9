// Pure: an obituary as one HTML page, light and dark, for a desk and for a phone. The page loads nothing and runs
// nothing. All text in it is escaped, since containers write what they like.
import { html, join, type Html } from './html.ts'
import type { LineJson } from '#shared/lines/line-json.ts'
import { style } from './obituary-style.ts'
import type { Obituary } from '#shared/obituary/obituary.ts'

export function obituaryPage(obituary: Obituary): string {
  const { pod, outcome, cause } = obituary
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${pod.name}: ${outcome}</title>
        <style>
          ${style}
        </style>
      </head>
      <body>
        <header>
          <p class="where">${[pod.cluster, pod.namespace].filter((part) => part !== '').join(' / ')}</p>
          <h1>${pod.name} ${badge(outcome)}</h1>
          <p class="cause">${cause}</p>
        </header>
        <main>${main(obituary)}</main>
      </body>
    </html> `
  return page.text
}

function main(obituary: Obituary): Html {
  const { evidence, timeline, lastWords, alsoDied } = obituary
  return html`
    ${facts(obituary)} ${section('Evidence', evidence.map(eventRow))} ${errorSections(obituary)}
    ${join(lastWords.map(({ container, lines }) => lastWordsOf(container, lines)))}
    ${section('Timeline', timeline.map(eventRow))} ${section('Lives', lives(obituary))}
    ${section('Also died on this node within 5 minutes', alsoDied.map(alsoDiedRow))}
  `
}

const badge = (outcome: string): Html => html`<span class="outcome ${outcome}">${outcome}</span>`

const eventRow = ({ time, kind, text }: Obituary['evidence'][number] | Obituary['timeline'][number]): Html =>
  html`<tr>
    <td class="time">${stamp(time)}</td>
    <td class="kind">${kind}</td>
    <td>${text}</td>
  </tr>`

const alsoDiedRow = ({ namespace, name, outcome, diedAt, cause }: Obituary['alsoDied'][number]): Html =>
  html`<tr>
    <td class="time">${stamp(diedAt)}</td>
    <td>${badge(outcome)}</td>
    <td>${namespace}/${name}: ${cause}</td>
  </tr>`

/** Rows of the lives: seals and causes are both in the order of the lives. */
function lives({ pod, seals }: Obituary): Html[] {
  const causes = pod.containers.flatMap((container) => container.lives.map(({ cause }) => cause))
  return seals.map(
    ({ container, restart, text }, i) =>
      html`<tr>
        <td class="kind">${container} ${restart === null ? '?' : restart}</td>
        <td>${causes[i] ?? ''}</td>
        <td class="note">${text}</td>
      </tr>`,
  )
}

function errorSections({ firstError, lastError }: Obituary): Html {
  if (lastError === null) return html``
  const isOne = firstError === null || (firstError.time === lastError.time && firstError.text === lastError.text)
  return html`${isOne ? html`` : errorSection('First error', firstError)} ${errorSection('Last error', lastError)}`
}

const errorSection = (title: string, line: NonNullable<Obituary['lastError']>): Html =>
  html`<section>
    <h2>${title}</h2>
    <p class="note">${line.container}, ${stamp(line.time)}: ${line.because}</p>
    ${lineList([{ ...line, message: line.text }])}
  </section>`

function facts({ pod, replacement }: Obituary): Html {
  const rows: [string, string][] = [
    ['uid', pod.uid],
    ['node', pod.node],
    ['owner', pod.owner.name === '' ? '' : `${pod.owner.kind}/${pod.owner.name}`],
    ['seen', `${stamp(pod.firstSeen)} to ${stamp(pod.lastSeen)}`],
    ['died', stamp(pod.diedAt)],
    ['restarts', pod.restarts === null ? '' : String(pod.restarts)],
    ['lines', pod.linesExact ? String(pod.lines) : `about ${pod.lines}`],
    ...Object.entries(pod.imageDigests).map(([name, digest]): [string, string] => [`image of ${name}`, digest]),
    [
      'replaced by',
      replacement === null
        ? ''
        : `${replacement.name} on ${replacement.node || 'no node yet'}, ${stamp(replacement.startedAt)}`,
    ],
  ]
  const rowsWithValue = rows.filter(([, value]) => value !== '')
  return html`<dl>
    ${join(
      rowsWithValue.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      ),
    )}
  </dl>`
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

const lastWordsOf = (container: string, lines: readonly LineJson[]): Html =>
  html`<section>
    <h2>Last words of ${container}</h2>
    ${lines.length === 0 ? html`<p class="note">No line of it is stored.</p>` : lineList(lines)}
  </section>`

const lineList = (lines: readonly LineJson[]): Html =>
  html`<ol class="lines">
    ${join(
      lines.map(
        ({ time, stream, severity, message }) =>
          html`<li class="${[stream, severity].filter((word) => word !== '').join(' ')}">
            <time>${stamp(time)}</time> <span>${message}</span>
          </li>`,
      ),
    )}
  </ol>`

/** `2026-11-23 10:00:00.123` */
const stamp = (time: string | null): string =>
  time === null ? '' : time.slice(0, 23).replace('T', ' ').replace('.000', '')
