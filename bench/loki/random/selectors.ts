// Random selectors that most often find something.
import type { Random } from '../../storage/random.ts'
import { valueTest, type TextOperator } from '../plain/filters.ts'
import type { Matcher, Selector } from '../plain/log-lines.ts'

export const matcher = (name: string, operator: TextOperator, value: string): Matcher => ({ name, operator, value })

const matchers: readonly (readonly Matcher[])[] = [
  [matcher('namespace', '=', 'shop')],
  [matcher('namespace', '=~', 'shop|pay')],
  [matcher('namespace', '!=', 'infra')],
  [matcher('namespace', '!~', 'in.+')],
  [matcher('app', '=', 'cart')],
  [matcher('app', '=~', '.+')],
  [matcher('app', '=~', '.*')],
  [matcher('app', '=~', '(?i)CART|pay')],
  [matcher('tier', '=', 'backend')],
  [matcher('tier', '!=', '')],
  [matcher('tier', '=', '')],
  [matcher('tier', '=~', '')],
  [matcher('tier', '!~', '')],
  [matcher('zone', '=~', '')],
  [matcher('pod', '=~', 'cart-.*')],
  [matcher('pod', '=', 'pay-0')],
  [matcher('container', '=', 'app')],
  [matcher('container', '=~', 'app|files|sidecar')],
  [matcher('node', '=~', 'node-[01]')],
  [matcher('stream', '=', 'stderr')],
  [matcher('stream', '!~', 'std(err)')],
  [matcher('cluster', '=', 'prod')],
  [matcher('version', '=~', '1\\.[0-9]')],
  [matcher('app_kubernetes_io_name', '=', 'web')],
  [matcher('zone', '=', 'ü')],
  [matcher('job', '=~', 'shop/.+')],
  [matcher('job', '=', 'pay/app')],
  [matcher('service_name', '=~', 'cart|web|pay')],
  [matcher('missing', '=', '')],
  [matcher('missing', '=~', '')],
  [matcher('cluster', '=~', 'prod|other'), matcher('pod', '!=', '')],
]

/** `only`: matchers that must be there. */
export function selector(random: Random, only: readonly Matcher[] = []): Selector {
  const some = random.shuffled(matchers).slice(0, random.pick(only.length > 0 ? [0, 0, 1] : [1, 1, 1, 2]))
  const cluster = random.int(20) === 0 ? [] : [matcher('cluster', '=', 'prod')]
  return selectorOf([...only, ...some.flat(), ...cluster])
}

export function selectorOf(all: readonly Matcher[]): Selector {
  const tests = all.map(({ name, operator, value }) => ({ name, test: valueTest(operator, value, { dotAll: true }) }))
  return {
    text: `{${all.map(({ name, operator, value }) => `${name}${operator}${JSON.stringify(value)}`).join(', ')}}`,
    matchers: all,
    selects: (labels) => tests.every(({ name, test }) => test(labels[name] ?? '')),
    isOpen: tests.every(({ test }) => test('')),
  }
}
