// docker-compose.yml as Docker Compose reads it: merge keys applied, variables put in.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { root } from './service-process.ts'

export interface ComposeService {
  image: string
  build?: string
  pull_policy?: string
  command?: string[]
  environment?: Record<string, string | number>
  user?: string
  read_only?: boolean
  cap_drop?: string[]
  deploy?: { replicas?: number }
  ports?: string[]
  volumes?: string[]
  healthcheck?: { test?: string[]; disable?: boolean }
  depends_on?: Record<string, { condition: string }>
}

export interface ComposeFile {
  services: Record<string, ComposeService>
  volumes: Record<string, unknown>
}

/** `env`: what `${NAME:-default}` in it is taken from. */
export function readCompose(env: Readonly<Record<string, string>> = {}): ComposeFile {
  return interpolated(parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }), env) as ComposeFile
}

function interpolated(value: unknown, env: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string')
    return value.replace(/\$\$|\$\{(\w+)(?::-([^}]*))?\}/g, (found, name: string | undefined, otherwise: string | undefined) => {
      if (name === undefined) return '$'
      const given = env[name] ?? otherwise
      if (given === undefined) throw new Error(`${found} has no value`)
      return given
    })
  if (Array.isArray(value)) return value.map((item) => interpolated(item, env))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, interpolated(item, env)]))
}
