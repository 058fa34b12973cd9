// All routes under /k8s: the Kubernetes API, read only. Every failure there is a Status object.
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
        // Kubernetes documents these paths; /openapi.json has only the paths of Afterlog.
        k8s.addHook('onRoute', (route) => {
          route.schema = { hide: true, ...route.schema }
        })
        k8s.addHook('onRequest', async ({ method, is404 }, reply) => {
          // Access reviews are the only POST that is served; they change nothing.
          if (method === 'GET' || method === 'HEAD' || !is404) return
          void reply.header('allow', 'GET, HEAD')
          throw new StatusError(405, 'this API is read only: to change an object, ask the API server of its cluster')
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
