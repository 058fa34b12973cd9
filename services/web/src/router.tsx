// The views by their paths (services/query/web/web-route.ts serves the same), and what each has in its address.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { baseUrl } from './api/client.ts'
import { DeathsPage } from './deaths/deaths-page.tsx'
import { Shell } from './layout/shell.tsx'
import { logsSearchOf } from './logs/logs-search.ts'
import {
  choiceOf,
  choicesOf,
  defined,
  listOf,
  oneOf,
  parseSearch,
  secondsOf,
  stringifySearch,
  type Search,
} from './search-params.ts'
import { outcomes } from './ui/outcome.tsx'
import { Nothing } from './ui/state.tsx'

const root = createRootRoute({
  validateSearch: (search: Search) => defined({ tz: choiceOf(search, 'tz', ['local']) }),
  component: Shell,
  notFoundComponent: () => <Nothing>There is no such page. The deaths are at the top left.</Nothing>,
})

const deathsRoute = createRoute({
  getParentRoute: () => root,
  path: '/deaths',
  validateSearch: (search: Search) =>
    defined({
      from: oneOf(search, 'from'),
      to: oneOf(search, 'to'),
      namespace: listOf(search, 'namespace'),
      owner: listOf(search, 'owner'),
      node: listOf(search, 'node'),
      outcome: choicesOf(search, 'outcome', outcomes),
      image: listOf(search, 'image'),
      group: choiceOf(search, 'group', ['fingerprint']),
    }),
  component: DeathsPage,
})

const homeRoute = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    // oxlint-disable-next-line typescript/only-throw-error -- The router is told so.
    throw redirect({ to: '/deaths', search: (before) => before, replace: true })
  },
})

const podRoute = createRoute({
  getParentRoute: () => root,
  path: '/pods/$uid',
  validateSearch: (search: Search) =>
    defined({
      at: oneOf(search, 'at'),
      container: listOf(search, 'container'),
      life: oneOf(search, 'life'),
      severity: listOf(search, 'severity'),
      q: oneOf(search, 'q'),
      wrap: choiceOf(search, 'wrap', ['off']),
      last: secondsOf(search, 'last'),
    }),
  component: lazyRouteComponent(() => import('./pod/pod-page.tsx'), 'PodPage'),
})

const logsRoute = createRoute({
  getParentRoute: () => root,
  path: '/logs',
  validateSearch: logsSearchOf,
  component: lazyRouteComponent(() => import('./logs/logs-page.tsx'), 'LogsPage'),
})

export const router = createRouter({
  routeTree: root.addChildren([homeRoute, deathsRoute, podRoute, logsRoute]),
  basepath: baseUrl.pathname,
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
