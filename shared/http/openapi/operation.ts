// Pure: the schema of a route to an operation of OpenAPI 3.1. https://spec.openapis.org/oas/v3.1.1#operation-object
import { z } from 'zod'
import type { FastifySchema } from 'fastify'
import { errorCodes, type ErrorCode } from '#shared/errors.ts'
import { titles } from '../problem.ts'
import { problemSchema } from '../problem-schema.ts'
import { answerTypes, json, type FailureForm } from '../route-contract.ts'
import type { Components, JsonSchema } from './json-schema.ts'

export interface Operation {
  operationId?: string | undefined
  requestBody?: unknown
  [field: string]: unknown
}

/** @param isApi Whether it needs the store and a tenant. */
export function operationOf(schema: FastifySchema, components: Components, isApi: boolean): Operation {
  const { operationId, summary, description, tags, takes, example = {}, admin } = schema
  return {
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    tags,
    ...(admin === undefined ? {} : { security: [{ adminToken: [] }, ...(admin === 'may' ? [{}] : [])] }),
    parameters: [
      ...parametersIn('path', schema.params, { components, examples: example.path }),
      ...parametersIn('query', schema.querystring, { components, examples: example.query }),
      ...parametersIn('header', schema.sends, { components }),
      ...(isApi ? [{ $ref: '#/components/parameters/Tenant' }] : []),
    ],
    ...(takes === undefined ? {} : { requestBody: bodyOf(takes, components, example.body) }),
    responses: { ...successes(schema, components), ...failures(schema, components, isApi) },
  }
}

interface ParameterOptions {
  components: Components
  examples?: Readonly<Record<string, string>> | undefined
}

function parametersIn(place: 'path' | 'query' | 'header', shape: unknown, { components, examples }: ParameterOptions) {
  if (!(shape instanceof z.ZodType)) return []
  const { properties = {}, required = [] } = components.schemaOf(shape, 'input')
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...schema } = property as JsonSchema
    const example = examples?.[name]
    return {
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema,
      ...(example === undefined ? {} : { example }),
    }
  })
}

type Media = Readonly<Record<string, z.ZodType | string>>

const content = (media: Media, components: Components, io: 'input' | 'output') =>
  Object.entries(media).map(([type, shape]): [string, { schema: JsonSchema; example?: unknown }] => [
    type,
    { schema: typeof shape === 'string' ? { type: 'string', description: shape } : components.schemaOf(shape, io) },
  ])

function bodyOf(takes: Media, components: Components, examples: Readonly<Record<string, unknown>> = {}) {
  const media = content(takes, components, 'input')
  for (const [type, each] of media) if (examples[type] !== undefined) each.example = examples[type]
  return { required: true, content: Object.fromEntries(media) }
}

function successes(schema: FastifySchema, components: Components): Record<string, unknown> {
  const shapes = Object.entries((schema.response ?? {}) as Record<string, z.ZodType>)
  const forms = content(schema.forms ?? {}, components, 'output')
  const ofShapes = shapes.map(([status, shape]): [string, unknown] => {
    const { description = schema.summary } = shape.meta() ?? {}
    if (shape instanceof z.ZodNull) return [status, { description }]
    const ofShape = content({ [json]: shape }, components, 'output')
    return [status, { description, content: Object.fromEntries([...ofShape, ...(status === '200' ? forms : [])]) }]
  })
  if (forms.length > 0 && !ofShapes.some(([status]) => status === '200'))
    ofShapes.push(['200', { description: schema.summary, content: Object.fromEntries(forms) }])
  return Object.fromEntries(ofShapes)
}

const everywhere: readonly ErrorCode[] = ['invalid-parameter', 'host-not-allowed', 'internal']
const ofApi: readonly ErrorCode[] = ['store-unavailable', 'store-memory', 'store-timeout', 'store-damaged', 'stopping']
const ofReads: readonly ErrorCode[] = ['query-limit', 'overloaded', 'store-busy']
const ofBodies: readonly ErrorCode[] = ['invalid-body', 'request-timeout', 'too-large', 'unsupported-type']
const ofIngest: readonly ErrorCode[] = ['busy', 'rows-refused', 'store-full', 'broker-unavailable']
const ofAdmin: readonly ErrorCode[] = ['unauthorized', 'forbidden']

const problem: FailureForm = { types: ['application/problem+json'], shape: problemSchema }

/** By status, with each code that has it. */
function failures(schema: FastifySchema, components: Components, isApi: boolean): Record<string, unknown> {
  const { takes, admin, failureForm = problem, failures: own = [], tags = [] } = schema
  const isIngest = tags.includes('ingest')
  const codes = new Set<ErrorCode>([
    ...everywhere,
    ...(answerTypes(schema).length > 0 ? (['not-acceptable'] as const) : []),
    ...(takes === undefined ? [] : ofBodies),
    ...(isIngest ? ofIngest : isApi ? ofReads : []),
    ...(isApi || isIngest ? ofApi : []),
    ...(admin === undefined ? [] : ofAdmin),
    ...own,
  ])
  const { types, shape = 'What is wrong, as a sentence.' } = failureForm
  const media = Object.fromEntries(
    content(Object.fromEntries(types.map((type) => [type, shape])), components, 'output'),
  )
  const byStatus = Map.groupBy(codes, (code) => errorCodes[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, some]) => [
      status,
      { description: some.map((code) => `\`${code}\`: ${titles[code]}.`).join(' '), content: media },
    ]),
  )
}
