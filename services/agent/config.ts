// The variables of the agent. docs/agent.md has a row for each; a test compares the two.
import { z } from 'zod'
import { isTenant } from '#shared/tenant.ts'
import { ConfigError, logLevels, MiB, parseVariables, text, url, whole, type Values } from '#shared/variables.ts'

/** HTTP takes blanks off the ends of a header. */
const header = z
  .string()
  .regex(/^(?! )[\x20-\x7e]{0,253}(?<! )$/, 'must be up to 253 printable ASCII characters, with no blank at an end')
const tenant = z
  .string()
  .refine((name) => name === '' || isTenant(name), 'must be 1 to 128 printable ASCII characters, without blanks')

export const variables = {
  AFTERLOG_AGENT_URL: { schema: url, default: 'http://127.0.0.1:8080' },
  AFTERLOG_AGENT_PODS_DIR: { schema: text.min(1, 'must name a directory'), default: '/var/log/pods' },
  AFTERLOG_AGENT_STATE: { schema: text.min(1, 'must name a file'), default: '/var/lib/afterlog-agent/state.json' },
  AFTERLOG_AGENT_NODE: { schema: header, default: undefined },
  AFTERLOG_AGENT_CLUSTER: { schema: header, default: '' },
  AFTERLOG_AGENT_TENANT: { schema: tenant, default: '' },
  AFTERLOG_AGENT_POLL_MS: { schema: whole(20, 60_000), default: '1000' },
  AFTERLOG_AGENT_OPEN_FILES_MAX: { schema: whole(1, 100_000), default: '512' },
  AFTERLOG_AGENT_REMOVED_BYTES_MAX: { schema: whole(0, 1024 * 1024 * MiB), default: String(1024 * MiB) },
  AFTERLOG_AGENT_BATCH_BYTES: { schema: whole(4096, 32 * MiB), default: String(MiB) },
  AFTERLOG_AGENT_INFLIGHT_BYTES_MAX: { schema: whole(4096, 1024 * MiB), default: String(8 * MiB) },
  AFTERLOG_AGENT_METRICS_PORT: { schema: whole(0, 65_535), default: undefined },
  AFTERLOG_AGENT_METRICS_HOST: { schema: text.min(1, 'must name a host'), default: '127.0.0.1' },
  AFTERLOG_AGENT_LOG_LEVEL: { schema: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`), default: 'info' },
} as const

export type AgentConfig = Values<typeof variables>

/** Throws ConfigError with every problem at once. `unknown`: variables of an agent that have no meaning. */
export function readAgentConfig(env: Readonly<Record<string, string | undefined>>): {
  config: AgentConfig
  unknown: readonly string[]
} {
  const { config, problems } = parseVariables(variables, env)
  if (problems.length > 0) throw new ConfigError(problems, 'docs/agent.md')
  const unknown = Object.keys(env).filter((name) => name.startsWith('AFTERLOG_AGENT_') && !(name in variables))
  return { config: config as AgentConfig, unknown }
}
