// Pure: zod schemas to the JSON Schema of OpenAPI 3.1. A schema with an id becomes a component, which others refer to.
import { z } from 'zod'

export type JsonSchema = z.core.JSONSchema.BaseSchema

export interface Components {
  /** What of a request is read, or of an answer is sent. */
  schemaOf(shape: z.ZodType, io: 'input' | 'output'): JsonSchema
  /** All components that were referred to, by name. */
  readonly schemas: Readonly<Record<string, JsonSchema>>
}

export function createComponents(): Components {
  const schemas = new Map<string, JsonSchema>()
  return {
    schemaOf(shape, io) {
      // Of a shape with an id, which is the whole schema, zod would make no reference.
      const { properties, $defs } = z.toJSONSchema(z.object({ shape }), {
        io,
        unrepresentable: 'any',
        override: ({ jsonSchema }) => simplify(jsonSchema, io),
      })
      for (const [name, definition] of Object.entries($defs ?? {})) schemas.set(name, referring(definition))
      return referring(properties!['shape']!)
    },
    get schemas() {
      return Object.fromEntries([...schemas].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    },
  }
}

/** Without what zod says beyond what we promise. */
function simplify(schema: JsonSchema, io: 'input' | 'output'): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  // Answers get new fields: a client must not refuse them.
  if (io === 'output' && schema.additionalProperties === false) delete schema.additionalProperties
  if (schema.propertyNames !== undefined && isAnyText(schema.propertyNames)) delete schema.propertyNames
  nameProperties(schema)
}

/** A record that has each of some keys is an object with these properties. */
function nameProperties(schema: JsonSchema): void {
  const { propertyNames, additionalProperties, required } = schema
  if (required === undefined || typeof propertyNames !== 'object' || typeof additionalProperties !== 'object') return
  schema.properties = Object.fromEntries(required.map((name) => [name, additionalProperties]))
  delete schema.propertyNames
  delete schema.additionalProperties
}

const isAnyText = (names: unknown): boolean => JSON.stringify(names) === '{"type":"string"}'

/** References to definitions of zod's as those to components. */
function referring(schema: unknown): JsonSchema {
  const text = JSON.stringify(schema, (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' ? value.replace('#/$defs/', '#/components/schemas/') : value,
  )
  return JSON.parse(text) as JsonSchema
}
