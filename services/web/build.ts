// Runs after `npm ci`: builds the page into dist, and compresses its assets once, for all requests. Without the
// development packages there is nothing to build it with, and the services run without a page.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const assets = new URL('dist/assets/', import.meta.url)
const brotli = promisify(brotliCompress)
const gzipped = promisify(gzip)
const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function compress(file: URL): Promise<void> {
  const bytes = await readFile(file)
  const size = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }
  await Promise.all([
    brotli(bytes, size).then((small) => writeFile(`${fileURLToPath(file)}.br`, small)),
    gzipped(bytes, { level: 9 }).then((small) => writeFile(`${fileURLToPath(file)}.gz`, small)),
  ])
}

try {
  const { build } = await import('vite')
  await build({ configFile: fileURLToPath(new URL('vite.config.ts', import.meta.url)), logLevel: 'warn' })
  const names = await readdir(assets)
  await Promise.all(names.map((name) => compress(new URL(name, assets))))
} catch (error) {
  if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error
  say(
    'The page is not built: that takes the development packages (npm ci without --omit=dev). The services run without it.',
  )
}
