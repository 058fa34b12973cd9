// /openapi.json, made from the schemas of all routes, and /docs, which shows it. The document is made when it is asked
// for first.
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { version } from '#shared/version.ts'
import { isApiPath } from '../api-paths.ts'
import type { HttpServer } from '../types.ts'
import { createComponents } from './json-schema.ts'
import { operationOf, type Operation } from './operation.ts'
import { tags } from './tags.ts'

/** Carries an operation through @fastify/swagger, which knows no bodies of several media types. */
const carrier = 'x-operation'

export async function describeApi(app: HttpServer): Promise<void> {
  const components = createComponents()
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Afterlog',
        version,
        description: 'Logs that outlive their pods.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      // Relative to the document, so that it holds behind a prefix too.
      servers: [{ url: '/', description: 'The service that has this document.' }],
      tags,
      security: [{}],
    },
    transform: ({ schema, url }) => {
      if (schema === undefined || schema.hide === true) return { schema: { hide: true }, url }
      const { takes, ...bodiless } = schema
      const isApi = isApiPath(url)
      const carried: Carried = {
        plain: operationOf(bodiless, components, isApi),
        ...(takes === undefined ? {} : { withBody: operationOf(schema, components, isApi) }),
      }
      return { schema: { [carrier]: carried }, url }
    },
    transformObject: (document) => {
      if (!('openapiObject' in document)) return {}
      const { paths = {}, ...rest } = document.openapiObject
      const described = Object.entries(paths).map(([path, item]) => [path, operationsOf(item as Item)])
      return {
        ...rest,
        paths: Object.fromEntries(described),
        components: {
          schemas: components.schemas,
          parameters: { Tenant: tenant },
          securitySchemes: { adminToken: { type: 'http', scheme: 'bearer', description: 'AFTERLOG_ADMIN_TOKEN.' } },
        },
      }
    },
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    theme: { title: 'Afterlog: its HTTP API' },
    staticCSP: true,
    transformStaticCSP: () => docsPolicy,
  })
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
}

/** An operation by the methods that have no body, and by the others. */
interface Carried {
  plain: Operation
  withBody?: Operation
}
type Item = Record<string, Record<typeof carrier, Carried>>

/** The operations of a path. One that has several methods is named by its first one, and by the method. */
function operationsOf(item: Item): Record<string, Operation> {
  const names = new Set<string | undefined>()
  return Object.fromEntries(
    Object.entries(item).map(([method, { [carrier]: carried }]) => {
      const isBodiless = method === 'get' || method === 'delete'
      const { operationId, ...operation } = (isBodiless ? undefined : carried.withBody) ?? carried.plain
      const name = names.has(operationId)
        ? `${operationId}By${method[0]!.toUpperCase()}${method.slice(1)}`
        : operationId
      names.add(operationId)
      return [method, { operationId: name, ...operation }]
    }),
  )
}

const tenant = {
  name: 'X-Scope-OrgID',
  in: 'header',
  required: false,
  description: 'The tenant whose lines are asked for, or sent; `default` where it is missing.',
  schema: { type: 'string', minLength: 1, maxLength: 128, pattern: '^[!-~]+$' },
}

/**
 * /docs runs its own scripts only, and stands in no frame: the page around it could have its reader click what he does
 * not see.
 */
const docsPolicy =
  "default-src 'self'; img-src 'self' data:; font-src 'self' data:; style-src 'self' 'unsafe-inline'; " +
  "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
