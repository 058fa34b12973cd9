// Turns a schema violation into an error that names the parameter and says what would be right. Pure.
import { z } from 'zod'
import { AfterlogError } from '#shared/errors.ts'

/** An error of the validator of @fastify/type-provider-zod, as fastify decorates it. */
export interface SchemaViolation {
  validation: readonly Issue[]
  /** `querystring`, `params`, `headers` or `body`. */
  validationContext?: string
}

interface Issue {
  instancePath?: string
  keyword?: string
  message?: string
  /** `keys` are the names that the schema does not have, `errors` the issues of each alternative of a union. */
  params?: { keys?: unknown; errors?: unknown }
}

/**
 * Names a member of a body by its path, `rules.default`, and a parameter by its name, also where it is given twice.
 * @param schema The schema of the route.
 */
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
  return new AfterlogError('invalid-parameter', `${parameter}: ${message ?? 'not valid'}`, {
    parameter,
    cause: violation,
  })
}

/** Returns the member names at a path of an object schema, or undefined where it is not an object there. */
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
  if (known.length === 0) return '; this path takes none'
  const nearest = nearestName(key, known)
  const guess = nearest === undefined ? '' : `; did you mean ${JSON.stringify(nearest)}?`
  return `${guess}${guess === '' ? ';' : ''} known are ${known.join(', ')}`
}

/** Returns the name that is a typing error away, or undefined. */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  const far = Math.min(2, Math.floor(given.length / 2))
  const near = names
    .map((name) => ({ name, steps: distance(plain(given), plain(name)) }))
    .filter(({ steps }) => steps <= far)
    .toSorted((a, b) => a.steps - b.steps)
  return near[0]?.name
}

/** The Levenshtein distance of short names: letters to insert, delete or change. */
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

/**
 * The message for a parameter that may be given once or several times, which is a union: that of the closest
 * alternative.
 */
function unionMessage({ message, params }: Issue): string | undefined {
  const alternatives = Array.isArray(params?.errors) ? (params.errors as unknown[]) : []
  const issues = alternatives.flatMap((issue) =>
    Array.isArray(issue) ? (issue as { code?: string; message?: string }[]) : [],
  )
  return (issues.find(({ code }) => code !== 'invalid_type') ?? { message }).message
}
