// Namespaces, nodes and the owners of pods under /k8s. There are few of each kind, so a request reads all of them, then
// selects and cuts pages.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { notFound, StatusError } from '#shared/kubernetes-status.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import { decodeContinue, encodeContinue } from '../api/continue-token.ts'
import * as plan from './cluster-object-statements.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import * as render from './cluster-objects.ts'
import { single, type Item, type Resource } from '../api/api-object.ts'
import { matchesFields } from '../api/field-selector.ts'
import { matchesLabels } from '#shared/stored-pods/label-selector.ts'
import { sendList, stepsOf } from '../api/list-reply.ts'
import { readList, readShape } from '../api/list-request.ts'
import type { KubernetesRouteOptions } from '../api/route-options.ts'
import { warn } from '../api/warning.ts'
import { requestReading } from '#query/http/request-reading.ts'

interface Collection {
  resource: Resource
  namespaced: boolean
  /** A Warning header for every answer, which kubectl prints. */
  warning?: string
  read(reading: Reading, tenant: string, nowMs: number): Promise<Item[]>
}

const collections: readonly Collection[] = [
  {
    resource: render.namespaceResource,
    namespaced: false,
    read: async (reading, tenant, nowMs) =>
      (await reading.rows<plan.NamespaceRow>(plan.namespaces(tenant))).map((row) => render.namespaceItem(row, nowMs)),
  },
  {
    resource: render.nodeResource,
    namespaced: false,
    read: async (reading, tenant, nowMs) =>
      (await reading.rows<plan.NodeRow>(plan.nodes(tenant))).map((row) => render.nodeItem(row, nowMs)),
  },
  {
    // `kubectl cluster-info` lists Services.
    resource: render.serviceResource,
    namespaced: true,
    warning: 'Afterlog does not record Services: this list is always empty',
    read: async () => [],
  },
  ...plan.ownerKinds.map((kind) => ({
    resource: render.ownerResource(kind),
    namespaced: true,
    read: async (reading: Reading, tenant: string, nowMs: number) =>
      (await reading.rows<plan.OwnerRow>(plan.owners(tenant, kind))).map((row) => render.ownerItem(kind, row, nowMs)),
  })),
]

interface Path {
  namespace?: string
  name?: string
}

export const collectionRoutes =
  (options: KubernetesRouteOptions): RoutePlugin =>
  (app, _, done) => {
    for (const collection of collections) {
      const { resource, namespaced } = collection
      const base = resource.apiVersion === 'v1' ? '/api/v1' : `/apis/${resource.apiVersion}`
      const list = (request: FastifyRequest, reply: FastifyReply) => sendCollection(options, collection, request, reply)
      app.get(`${base}/${resource.plural}`, list)
      if (namespaced) app.get(`${base}/namespaces/:namespace/${resource.plural}`, list)
      app.get(
        `${base}${namespaced ? '/namespaces/:namespace' : ''}/${resource.plural}/:name`,
        async (request, reply) => {
          const { namespace, name } = request.params as Path
          const shape = readShape(request)
          const items = await itemsOf(options, collection, request, reply)
          const item = items.find(
            ({ object: { metadata } }) => metadata.name === name && metadata.namespace === namespace,
          )
          if (item === undefined) throw notFound(resource.plural, name!, groupOf(resource))
          return reply.send(single(resource, item, shape))
        },
      )
    }
    done()
  }

const groupOf = ({ apiVersion }: Resource): string => (apiVersion.includes('/') ? apiVersion.split('/')[0]! : '')

function itemsOf(
  { store, limits, clock }: KubernetesRouteOptions,
  { read }: Collection,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Item[]> {
  return read(requestReading({ store, limits }, reply), request.tenant, clock())
}

async function sendCollection(
  options: KubernetesRouteOptions,
  collection: Collection,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { resource, warning } = collection
  const { namespace } = request.params as Path
  if (warning !== undefined) warn(reply, warning)
  const requested = readList(request, ['metadata.name', 'metadata.namespace'])
  const { shape, limit, labels, fields, selectors, continue: token } = requested
  if (requested.watch)
    throw new StatusError(
      405,
      `watch is not supported on resources of kind ${JSON.stringify(resource.plural)}: ` +
        'only pods and events can be watched here',
    )
  const of = [request.tenant, resource.plural, namespace ?? '', ...selectors]
  const after = decodeContinue(token, 1, of)?.[0]
  const items = (await itemsOf(options, collection, request, reply)).filter(
    ({ object: { metadata } }) =>
      (namespace === undefined || metadata.namespace === namespace) &&
      matchesLabels(labels, metadata.labels ?? {}) &&
      matchesFields(fields, (field) => (field === 'metadata.name' ? metadata.name : (metadata.namespace ?? ''))),
  )
  const steps = stepsOf(items, after, (key) => encodeContinue([key], of))
  return sendList(reply, { resource, shape, limit, resourceVersion: String(options.clock()), steps })
}
