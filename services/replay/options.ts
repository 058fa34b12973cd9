// The command line of `npm run replay-dead-letters`. Defaults come from the environment that main.ts hands in.
import { parseArgs } from 'node:util'
import { isTenant } from '#shared/tenant.ts'
import { adminTokenPattern, adminTokenRule } from '#shared/http/admin-token.ts'

export interface Options {
  /** The address at which dead letters are read. */
  url: string
  /** The address to which records are posted. */
  ingestUrl: string
  /** '' means the server's default. */
  tenant: string
  /** Empty means all codes. */
  codes: readonly string[]
  from: string | undefined
  to: string | undefined
  dryRun: boolean
  /** Sent with every post. */
  adminToken: string | undefined
  /** How long the replay waits for a server that cannot be reached. */
  timeoutMs: number
  /** Whether it also waits at the beginning, since --timeout was given. */
  waits: boolean
}

export const usage = `usage: npm run replay-dead-letters -- [options]

Sends the records of dead letters again, once their reason is mended: by a longer retention, or a newer version. Letters
whose records are stored become replayed. Records that are refused again stay dead letters. Repeating the command
changes nothing. A service that has AFTERLOG_ADMIN_TOKEN set needs the same variable here.

  --url URL         the service that answers queries; default AFTERLOG_URL, else http://127.0.0.1:8080
  --ingest-url URL  the service that takes posts, where it is another one; default the address of --url
  --tenant NAME     default that of the service
  --code CODE       only letters of this code, such as too-old; repeatable
  --from TIME       only letters that arrived at or after it: RFC 3339, or relative, such as -2h
  --to TIME         only letters that arrived before it
  --dry-run         count and list, send nothing
  --timeout SEC     how long to wait for a server that cannot be reached (60); only with this option, the replay also
                    waits for a server that is away at the beginning
  --help            this text

exit status: 0 nothing is left, 1 could not begin, 2 something is still a dead letter (the summary says what and why)
`

/** Returns the options, 'help', or a sentence about what is wrong. */
export function parseOptions(
  argv: readonly string[],
  defaults: { url: string | undefined; adminToken: string | undefined },
): Options | 'help' | { sentence: string } {
  try {
    const { values } = parseArgs({
      args: joined(argv),
      options: {
        url: { type: 'string' },
        'ingest-url': { type: 'string' },
        tenant: { type: 'string' },
        code: { type: 'string', multiple: true },
        from: { type: 'string' },
        to: { type: 'string' },
        'dry-run': { type: 'boolean' },
        timeout: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help === true) return 'help'
    const url = values.url ?? defaults.url ?? 'http://127.0.0.1:8080'
    const ingestUrl = values['ingest-url'] ?? url
    const names = '--url, --ingest-url or AFTERLOG_URL'
    for (const each of [url, ingestUrl]) {
      if (!/^https?:$/.test(URL.parse(each)?.protocol ?? ''))
        return { sentence: `${names} must be an http:// or https:// URL, not ${JSON.stringify(each)}` }
    }
    const timeout = values.timeout ?? '60'
    if (!/^\d{1,6}$/.test(timeout)) return { sentence: `--timeout takes whole seconds, not ${JSON.stringify(timeout)}` }
    if (values.tenant !== undefined && values.tenant !== '' && !isTenant(values.tenant))
      return {
        sentence: `--tenant takes 1 to 128 printable ASCII characters, no blanks, not ${JSON.stringify(values.tenant)}`,
      }
    const { adminToken } = defaults
    if (adminToken !== undefined && !adminTokenPattern.test(adminToken))
      return { sentence: `AFTERLOG_ADMIN_TOKEN ${adminTokenRule}` }
    return {
      url,
      ingestUrl,
      tenant: values.tenant ?? '',
      codes: values.code ?? [],
      from: values.from,
      to: values.to,
      dryRun: values['dry-run'] === true,
      adminToken,
      timeoutMs: Number(timeout) * 1000,
      waits: values.timeout !== undefined,
    }
  } catch (error) {
    return { sentence: (error as Error).message }
  }
}

// Joins `--from -2h` to one argument, since its value begins with a dash.
function joined(argv: readonly string[]): string[] {
  const at = argv.findIndex((arg, i) => (arg === '--from' || arg === '--to') && argv[i + 1] !== undefined)
  if (at === -1) return [...argv]
  return [...argv.slice(0, at), `${argv[at]}=${argv[at + 1]}`, ...joined(argv.slice(at + 2))]
}
