// The command line of `npm run import`. Defaults come from the environment that main.ts hands in.
import { parseArgs } from 'node:util'
import { isTenant } from '#shared/tenant.ts'

export interface Options {
  path: string
  /** The address of the service. Where undefined, one on this machine is used, or one is started. */
  url: string | undefined
  node: string
  cluster: string
  tenant: string
  /** The file of the state. Where undefined, it is in the data directory. */
  state: string | undefined
  /** How long the import waits for a server that cannot be reached. */
  timeoutMs: number
  /** Whether it also waits at the beginning, since --timeout was given. */
  waits: boolean
}

export const usage = `usage: npm run import -- PATH [options]

Reads a node's /var/log as it lies on disk and stores its lines. PATH is that directory, the root of the node's disk,
any directory or log below, or an archive of one (.tar, .tar.gz, .tar.zst). Importing twice adds nothing.

  --url URL        the service to post to; default AFTERLOG_URL, else http://127.0.0.1:8080 where it answers, else a
                   service started for the time of the import, with the data of AFTERLOG_DATA_DIR
  --node NAME      the node that wrote the logs; default the content of etc/hostname beside var/log
  --cluster NAME   default AFTERLOG_CLUSTER of the service
  --tenant NAME    default that of the service
  --state FILE     where to record what is stored; default a file in AFTERLOG_DATA_DIR/import-state
  --timeout SEC    how long to wait for a server that cannot be reached (60); only with this option, the import also
                   waits for a server that is away at the beginning
  --help           this text

exit status: 0 everything is stored, 1 could not begin, 2 something is not stored (the summary says what and why)
`

/** Returns the options, 'help', or a sentence about what is wrong. */
export function parseOptions(
  argv: readonly string[],
  defaults: { url: string | undefined },
): Options | 'help' | { sentence: string } {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        url: { type: 'string' },
        node: { type: 'string' },
        cluster: { type: 'string' },
        tenant: { type: 'string' },
        state: { type: 'string' },
        timeout: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help === true) return 'help'
    const [path, ...more] = positionals
    if (path === undefined) return { sentence: 'name the directory or archive to import' }
    if (more.length > 0) return { sentence: `name one PATH at a time: ${JSON.stringify(more[0])} is one too many` }
    const url = values.url ?? defaults.url
    if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
      return { sentence: `--url or AFTERLOG_URL must be an http:// or https:// URL, not ${JSON.stringify(url)}` }
    const timeout = values.timeout ?? '60'
    if (!/^\d{1,6}$/.test(timeout)) return { sentence: `--timeout takes whole seconds, not ${JSON.stringify(timeout)}` }
    if (values.tenant !== undefined && values.tenant !== '' && !isTenant(values.tenant))
      return {
        sentence: `--tenant takes 1 to 128 printable ASCII characters, no blanks, not ${JSON.stringify(values.tenant)}`,
      }
    for (const name of ['node', 'cluster'] as const) {
      if (!/^[\x20-\x7e]{0,253}$/.test(values[name] ?? ''))
        return { sentence: `--${name} takes up to 253 printable ASCII characters, not ${JSON.stringify(values[name])}` }
    }
    return {
      path,
      url,
      node: values.node ?? '',
      cluster: values.cluster ?? '',
      tenant: values.tenant ?? '',
      state: values.state,
      timeoutMs: Number(timeout) * 1000,
      waits: values.timeout !== undefined,
    }
  } catch (error) {
    return { sentence: (error as Error).message }
  }
}
