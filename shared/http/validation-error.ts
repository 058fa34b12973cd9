// What a schema refused, as an error that names the parameter and says what would be right. Pure.
import { z } from 'zod'
import { AfterlogError } from '#shared/errors.ts'

/** As the validator of @fastify/type-provider-zod gives it, and fastify decorates it. */
export interface SchemaViolation {
  validation: readonly Issue[]
  /** `querystring`, `params`, `headers` or `body`. */
  validationContext?: string
}

interface Issue {
  instancePath?: string
  keyword?: string
  message?: string
  /** `keys` of what is not in the schema, `errors` of each alternative of a union. */
  params?: { keys?: unknown; errors?: unknown }
}

/** `schema`: of the route. A member of a body is named with its path, `rules.default`; a parameter by its name, also where it is given twice. */
export function violationError(violation: SchemaViolation, schema: unknown): AfterlogError {
  const { validation, validationContext = 'request' } = violation
  const [first] = validation
  const path = (first?.instancePath ?? '/').slice(1)
  const within = path === '' ? [] : path.split('/').slice(0, validationContext === 'body' ? undefined : 1)
  const keys = first?.params?.keys
  if (first?.keyword === 'unrecognized_keys' && Array.isArray(keys)) {
    const key = String(keys[0])
    const unknown = [...within, key].join('.')
    const known = namesOf((schema as Record<string, unknown> | undefined)?.[validationContext], within)
    return new AfterlogError('invalid-parameter', `unknown parameter ${JSON.stringify(unknown)}${hint(key, known)}`, {
      parameter: unknown,
      cause: violation,
    })
  }
  const parameter = within.length === 0 ? validationContext : within.join('.')
  const message = first?.keyword === 'invalid_union' ? unionMessage(first) : first?.message
  return new AfterlogError('invalid-parameter', `${parameter}: ${message ?? 'not valid'}`, { parameter, cause: violation })
}

/** Names of the members at a path of an object schema; undefined where it has none of its own. */
function namesOf(schema: unknown, path: readonly string[]): string[] | undefined {
  let at: unknown = schema
  for (const name of path) {
    at = unwrapped(at)
    at = at instanceof z.ZodObject ? (at.shape as Record<string, unknown>)[name] : undefined
  }
  at = unwrapped(at)
  return at instanceof z.ZodObject ? Object.keys(at.shape) : undefined
}

const unwrapped = (schema: unknown): unknown => (schema instanceof z.ZodOptional ? unwrapped(schema.unwrap()) : schema)

function hint(key: string, known: readonly string[] | undefined): string {
  if (known === undefined) return ''
  if (known.length === 0) return '; none is taken here'
  const nearest = nearestName(key, known)
  const guess = nearest === undefined ? '' : `; did you mean ${JSON.stringify(nearest)}?`
  return `${guess}${guess === '' ? ';' : ''} known are ${known.join(', ')}`
}

/** The name that is a typing error away; undefined where none is near. */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  const far = Math.min(2, Math.floor(given.length / 2))
  const near = names
    .map((name) => ({ name, steps: distance(plain(given), plain(name)) }))
    .filter(({ steps }) => steps <= far)
    .toSorted((a, b) => a.steps - b.steps)
  return near[0]?.name
}

/** Letters to put in, take out or change (Levenshtein), of short names. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return Infinity
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    row = next
  }
  return row[b.length]!
}

/** A parameter may be given once or several times, which is a union: what is wrong is what the alternative says that fits best. */
function unionMessage({ message, params }: Issue): string | undefined {
  const alternatives = Array.isArray(params?.errors) ? (params.errors as unknown[]) : []
  const issues = alternatives.flatMap((issue) => (Array.isArray(issue) ? (issue as { code?: string; message?: string }[]) : []))
  return (issues.find(({ code }) => code !== 'invalid_type') ?? { message }).message
}
