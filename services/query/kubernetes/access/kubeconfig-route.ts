// GET /k8s/kubeconfig: a kubeconfig with a context named afterlog, whose server is the address of this request. Use it
// by KUBECONFIG=~/.kube/config:afterlog.
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { badRequest } from '#shared/kubernetes-status.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import { kubeconfig } from './kubeconfig.ts'

const statusSchema = z
  .object({
    kind: z.literal('Status'),
    apiVersion: z.literal('v1'),
    metadata: z.object({}),
    status: z.literal('Failure'),
    message: z.string(),
    reason: z.string(),
    code: z.int(),
  })
  .describe('A failure, as Kubernetes sends it.')

export const kubeconfigRoute: RoutePlugin = (app, _, done) => {
  const schema = {
    hide: false,
    operationId: 'getKubeconfig',
    tags: ['kubernetes'],
    summary: 'A kubeconfig with a context named afterlog',
    querystring: z.strictObject({}),
    forms: { 'application/yaml': 'A kubeconfig.' },
    failureForm: { types: ['application/json'], shape: statusSchema },
  }
  app.get('/kubeconfig', { schema }, (request, reply) =>
    reply.type('application/yaml').send(kubeconfig(addressOf(request))),
  )
  done()
}

/** The address that a proxy names, else the one that the client used. */
function addressOf({ headers, protocol }: FastifyRequest): string {
  const first = (name: string) =>
    String(headers[name] ?? '')
      .split(',')[0]!
      .trim()
  const scheme = first('x-forwarded-proto') || protocol
  const host = first('x-forwarded-host') || first('host')
  if (scheme !== 'http' && scheme !== 'https')
    throw badRequest(`X-Forwarded-Proto: must be http or https, not ${JSON.stringify(scheme.slice(0, 80))}`)
  if (!/^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/.test(host))
    throw badRequest(
      `Host: must be a name or an address, with a port or without, not ${JSON.stringify(host.slice(0, 80))}`,
    )
  return `${scheme}://${host}`
}
