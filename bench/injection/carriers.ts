// How a value comes into a parameter: as it is, or within the words of the language that the parameter has, so that it
// passes its parser and is on its way to a statement.

import { needle } from '#test/support/hostile-values.ts'

type Carrier = (text: string) => string

const plain: Carrier = (text) => text
const quoted: Carrier = (text) => JSON.stringify(text.toWellFormed())
/** In text without line ends and backticks these are no part of what ends it. */
const word: Carrier = (text) => text.replaceAll(/[^\p{L}\p{N}]/gu, '_')

/** A name as Kubernetes allows it: nothing in it does harm, and it is on its way to every statement. */
const dnsName: Carrier = (text) =>
  `${text
    .replaceAll(/[^A-Za-z0-9]+/g, '')
    .toLowerCase()
    .slice(0, 20)}${needle}`

const search: readonly Carrier[] = [
  plain,
  quoted,
  (text) => `error OR ${quoted(text)}`,
  (text) => `pod:${quoted(text)}`,
  (text) => `node:(${quoted(text)} OR b)`,
  (text) => `namespace:${text}*`,
  (text) => `message:${quoted(text)}`,
  (text) => `status:${quoted(text)}`,
  (text) => `a.${word(text)}:1 status:${text}`,
  (text) => `labels.${text}:x`,
  (text) => `labels.app:${quoted(text)}`,
  (text) => `attributes.${text}:${quoted(text)}`,
  (text) => `attributes.user:/${text.replaceAll('/', String.raw`\/`)}/`,
  (text) => `owner:${quoted(text)}`,
  (text) => `traceId:${quoted(text)} spanId:${text}`,
  (text) => `severity:${text}`,
  (text) => `restart:>${text}`,
  (text) => `status:[${text} TO 500]`,
  (text) => `/${text.replaceAll('/', String.raw`\/`)}/`,
  (text) => `${word(text)}*`,
  (text) => `-(${quoted(text)} AND ${word(text)})`,
]

const selector: readonly Carrier[] = [
  plain,
  (text) => `{app=${quoted(text)}}`,
  (text) => `{namespace!=${quoted(text)}, app="x"}`,
  (text) => `{pod=~${quoted(text)}}`,
  (text) => `{container!~${quoted(text)}, app="x"}`,
  (text) => `{${word(text)}="x"}`,
  (text) => `{severity=${quoted(text)}}`,
  (text) => `{owner=~${quoted(`(a|b)${word(text)}`)}}`,
]

const line =
  (stage: Carrier): Carrier =>
  (text) =>
    `{namespace="shop"} ${stage(text)}`
const stages: readonly Carrier[] = [
  (text) => `|= ${quoted(text)}`,
  (text) => `!= ${quoted(text)} or ${quoted(text)}`,
  (text) => `|~ ${quoted(text)}`,
  (text) => `|> ${quoted(text)}`,
  (text) => `!> ${quoted(`<_>${text}<_>`)}`,
  (text) => `|= ip(${quoted(text)})`,
  (text) => `| json x=${quoted(text)}`,
  (text) => `| json | ${word(text)}=${quoted(text)}`,
  (text) => `| logfmt | status=~${quoted(text)}`,
  (text) => `| logfmt x=${quoted(text)}`,
  (text) => `| pattern ${quoted(`<a> ${text} <b>`)}`,
  (text) => `| regexp ${quoted(`(?P<a>${text})`)}`,
  (text) => `| line_format ${quoted(text)}`,
  (text) => `| label_format a=${quoted(text)}`,
  (text) => `| drop ${word(text)}, b=${quoted(text)}`,
  (text) => `| json | status > ${text}`,
]
const logql: readonly Carrier[] = [
  ...selector,
  ...stages.map(line),
  (text) => `sum by (${word(text)}) (count_over_time({namespace="shop"} |= ${quoted(text)} [1m]))`,
  (text) => `rate({app=${quoted(text)}} | json | x=${quoted(text)} [5m])`,
  (text) => `quantile_over_time(0.9, {namespace="shop"} | logfmt | unwrap ${word(text)} [5m])`,
  (text) => `label_replace(count_over_time({app="x"}[1m]), "a", ${quoted(text)}, "pod", ${quoted(text)})`,
  (text) => `topk(${text}, count_over_time({app="x"}[1m]))`,
]

const kubernetesLabels: readonly Carrier[] = [
  plain,
  (text) => `app=${text}`,
  (text) => `${text}!=x`,
  (text) => `app in (${text},b)`,
  (text) => `!${text}`,
  (text) => `app=${dnsName(text)}`,
  (text) => `${dnsName(text)} in (a, ${dnsName(text)})`,
]

/** By name of the parameter, whatever its route. */
const byName: Readonly<Record<string, readonly Carrier[]>> = {
  q: search,
  query: logql,
  'match[]': selector,
  label: kubernetesLabels,
  labelSelector: kubernetesLabels,
  fieldSelector: [
    plain,
    ...['metadata.name=', 'spec.nodeName=', 'status.phase!=', 'involvedObject.name=', 'reason='].map(
      (key): Carrier =>
        (text) =>
          `${key}${text}`,
    ),
  ],
  owner: [plain, dnsName, (text) => `deploy/${dnsName(text)}`, (text) => `deploy/${text}`, (text) => `${text}/cart`],
  image: [plain, dnsName, (text) => `shop/cart:${dnsName(text)}`, (text) => `shop/cart:${text}`, (text) => `sha256:${text}`],
  field: [plain, (text) => `labels.${text}`, (text) => `attributes.${text}`, (text) => `label.${text}`],
  name: [plain, word],
  targetLabels: [plain, (text) => `app,${word(text)}`],
  uid: [plain, (text) => `5b0c1d2e${text}`],
  traceId: [plain, (text) => `4bf92f3577b34da6a3ce929d0e0e4736${text}`],
}

export const carriersOf = (name: string): readonly Carrier[] => (Object.hasOwn(byName, name) ? byName[name]! : [plain])

/** A cursor of the service with hostile text where it has text. */
export function forgedCursor(cursor: string, text: string): string {
  const said = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as Record<string, unknown>
  const forged = Object.fromEntries(
    Object.entries(said).map(([key, value]) => [key, key === 'h' ? value : withText(value, text)]),
  )
  return Buffer.from(JSON.stringify(forged)).toString('base64url')
}

function withText(value: unknown, text: string): unknown {
  if (Array.isArray(value)) return value.map((each) => withText(each, text))
  return typeof value === 'string' && !/^-?\d+$/.test(value) ? text : value
}
