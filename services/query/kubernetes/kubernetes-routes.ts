// Everything under /k8s: the Kubernetes API, read only. Failures are Status objects, whatever fails.
import { StatusError } from '#shared/kubernetes-status.ts'
import { sendStatus } from '#shared/http/kubernetes-status.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import { accessReviewRoutes } from './access/access-reviews-route.ts'
import { collectionRoutes } from './cluster-objects/cluster-objects-route.ts'
import { discoveryRoutes } from './access/discovery-route.ts'
import { eventRoutes } from './events/events-route.ts'
import { kubeconfigRoute } from './access/kubeconfig-route.ts'
import type { KubernetesRouteOptions } from './api/route-options.ts'
import { podLogRoute } from './pod-log/pod-log-route.ts'
import { podRoutes } from './pod-objects/pod-objects-route.ts'

export const kubernetesRoutes =
  (options: KubernetesRouteOptions): RoutePlugin =>
  (app, _, done) => {
    void app.register(
      (k8s, __, registered) => {
        // Its contract is that of Kubernetes: /openapi.json tells our own paths.
        k8s.addHook('onRoute', (route) => {
          route.schema = { hide: true, ...route.schema }
        })
        k8s.addHook('onRequest', async ({ method, is404 }, reply) => {
          // Access reviews are posted, and change nothing.
          if (method === 'GET' || method === 'HEAD' || !is404) return
          void reply.header('allow', 'GET, HEAD')
          throw new StatusError(
            405,
            'this API is read only: it shows what was. To change what is, ask the API server of the cluster',
          )
        })
        k8s.setErrorHandler((error, request, reply) => sendStatus(request, reply, error))
        k8s.setNotFoundHandler((request, reply) =>
          sendStatus(request, reply, new StatusError(404, 'the server could not find the requested resource')),
        )
        for (const route of [podRoutes, podLogRoute, eventRoutes, collectionRoutes]) void k8s.register(route(options))
        for (const route of [discoveryRoutes, accessReviewRoutes, kubeconfigRoute]) void k8s.register(route)
        registered()
      },
      { prefix: '/k8s' },
    )
    done()
  }
