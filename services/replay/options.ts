// The command line of `npm run replay-dead-letters`. Defaults come from the environment that main.ts hands in.
import { parseArgs } from 'node:util'

export interface Options {
  /** Where dead letters are read. */
  url: string
  /** Where records are posted. */
  ingestUrl: string
  /** '' leaves it to the server. */
  tenant: string
  /** None is all of them. */
  codes: readonly string[]
  from: string | undefined
  to: string | undefined
  dryRun: boolean
  /** How long a server that cannot be reached is waited for. */
  timeoutMs: number
  /** Whether it is waited for from the beginning: a time was named. */
  waits: boolean
}

export const usage = `usage: npm run replay-dead-letters -- [options]

Sends the records of dead letters again, after what refused them was mended: a longer retention, a newer version. What is stored now
is marked as replayed; what is refused again stays the dead letter that it is. Repeating the command changes nothing.

  --url URL         the service that answers queries; default AFTERLOG_URL, else http://127.0.0.1:8080
  --ingest-url URL  the service that takes posts, where that is another one; default that of --url
  --tenant NAME     default that of the service
  --code CODE       only letters of this code, such as too-old; repeatable
  --from TIME       only letters that arrived at or after it: RFC 3339, or relative, such as -2h
  --to TIME         only letters that arrived before it
  --dry-run         count and list, send nothing
  --timeout SEC     how long to wait for a server that cannot be reached (60); without it, one that is not there at the
                    beginning is not waited for
  --help            this text

exit status: 0 nothing is left, 1 could not begin, 2 something is still a dead letter (the summary says what and why)
`

/** The options, 'help', or a sentence about what is wrong. */
export function parseOptions(
  argv: readonly string[],
  defaults: { url: string | undefined },
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
    for (const each of [url, ingestUrl]) {
      if (!/^https?:$/.test(URL.parse(each)?.protocol ?? ''))
        return { sentence: `${JSON.stringify(each)} is not an http:// or https:// URL` }
    }
    const timeout = values.timeout ?? '60'
    if (!/^\d{1,6}$/.test(timeout)) return { sentence: `--timeout takes whole seconds, not ${JSON.stringify(timeout)}` }
    if (!/^[\x20-\x7e]{0,253}$/.test(values.tenant ?? ''))
      return { sentence: '--tenant takes up to 253 printable ASCII characters' }
    return {
      url,
      ingestUrl,
      tenant: values.tenant ?? '',
      codes: values.code ?? [],
      from: values.from,
      to: values.to,
      dryRun: values['dry-run'] === true,
      timeoutMs: Number(timeout) * 1000,
      waits: values.timeout !== undefined,
    }
  } catch (error) {
    return { sentence: (error as Error).message }
  }
}

// `--from -2h`: a value that begins with a dash.
function joined(argv: readonly string[]): string[] {
  const at = argv.findIndex((arg, i) => (arg === '--from' || arg === '--to') && argv[i + 1] !== undefined)
  if (at === -1) return [...argv]
  return [...argv.slice(0, at), `${argv[at]}=${argv[at + 1]}`, ...joined(argv.slice(at + 2))]
}
