// The command line of `npm run import`. Defaults come from the environment that main.ts hands in.
import { parseArgs } from 'node:util'

export interface Options {
  path: string
  /** Of the service; undefined looks for one on this machine, and starts one where there is none. */
  url: string | undefined
  node: string
  cluster: string
  tenant: string
  /** Where to remember what is acknowledged; undefined chooses a file in the data directory. */
  state: string | undefined
  /** How long a server that cannot be reached is waited for. */
  timeoutMs: number
  /** Whether it is waited for from the beginning: a time was named. */
  waits: boolean
}

export const usage = `usage: npm run import -- PATH [options]

Reads a node's /var/log as it lies on disk and stores its lines. PATH is that directory, the root of the node's disk, any
directory or log below, or an archive of one (.tar, .tar.gz, .tar.zst). Importing twice adds nothing.

  --url URL        the service to post to; default AFTERLOG_URL, else http://127.0.0.1:8080 where it answers, else a service
                   started for the time of the import, with the data of AFTERLOG_DATA_DIR
  --node NAME      the node that the logs are of; default what etc/hostname beside var/log says
  --cluster NAME   default AFTERLOG_CLUSTER of the service
  --tenant NAME    default that of the service
  --state FILE     where to remember what is stored, default AFTERLOG_DATA_DIR/import-state/…
  --timeout SEC    how long to wait for a server that cannot be reached (60); without it, one that is not there at the
                   beginning is not waited for
  --help           this text

exit status: 0 everything is stored, 1 could not begin, 2 something is not stored (the summary says what and why)
`

/** The options, 'help', or a sentence about what is wrong. */
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
    if (more.length > 0) return { sentence: `one PATH at a time: ${JSON.stringify(more[0])} is one too many` }
    const url = values.url ?? defaults.url
    if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
      return { sentence: `${JSON.stringify(url)} is not an http:// or https:// URL` }
    const timeout = values.timeout ?? '60'
    if (!/^\d{1,6}$/.test(timeout)) return { sentence: `--timeout takes whole seconds, not ${JSON.stringify(timeout)}` }
    for (const name of ['node', 'cluster', 'tenant'] as const) {
      if (!/^[\x20-\x7e]{0,253}$/.test(values[name] ?? ''))
        return { sentence: `--${name} takes up to 253 printable ASCII characters` }
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
