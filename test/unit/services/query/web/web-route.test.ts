// The page as the query service serves it, from a directory as the build leaves it.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { webRoute } from '#query/web/web-route.ts'
import { createHttpServer, type HttpServer } from '#shared/http/server.ts'

const script = 'export const page = 1\n'.repeat(100)
const html = '<html><head><base href="/" /><script type="module" src="./assets/index-abc.js"></script></head></html>'

let dist: string
let app: HttpServer
const serve = (directory: string): Promise<HttpServer> =>
  createHttpServer({
    log: pino({ level: 'silent' }),
    bodyBytesMax: 1000,
    registry: new Registry(),
    readiness: async () => [],
    routes: [webRoute({ dist: pathToFileURL(`${directory}/`) })],
  })
beforeAll(async () => {
  dist = await mkdtemp(join(tmpdir(), 'afterlog-dist-'))
  await mkdir(join(dist, 'assets'))
  await writeFile(join(dist, 'index.html'), html)
  await writeFile(join(dist, 'assets/index-abc.js'), script)
  await writeFile(join(dist, 'assets/index-abc.js.br'), brotliCompressSync(script))
  app = await serve(dist)
})
afterAll(async () => {
  await app.close()
  await rm(dist, { recursive: true })
})

test.each([
  ['/', './'],
  ['/deaths?namespace=shop', './'],
  ['/pods/5b0c1d2e', '../'],
])('%s is the page, whose addresses begin at %s, which loads and runs nothing from elsewhere', async (path, base) => {
  const { statusCode, headers, body } = await app.inject({ url: path, headers: { accept: 'text/html' } })
  expect([statusCode, headers['content-type'], headers['cache-control']]).toEqual([200, 'text/html; charset=utf-8', 'no-cache'])
  expect(body).toContain(`<base href="${base}" />`)
  const policy = String(headers['content-security-policy'])
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
  expect(policy).not.toContain('unsafe')
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin' })
})

test('assets are kept for ever, and come compressed as they were built', async () => {
  const url = '/assets/index-abc.js'
  const plain = await app.inject({ url })
  expect([plain.statusCode, plain.body]).toEqual([200, script])
  expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable')
  const small = await app.inject({ url, headers: { 'accept-encoding': 'gzip, br' } })
  expect(small.headers).toMatchObject({ 'content-encoding': 'br', vary: expect.stringContaining('ccept-') as string })
  expect(brotliDecompressSync(small.rawPayload).toString()).toBe(script)
})

test.each([
  '/assets/',
  '/assets/none.js',
  '/assets/..%2findex.html',
  '/assets/../../package.json',
  '/assets/%00',
  '/assets/index-abc.js/x',
])('%s is no asset', async (url) => {
  const { statusCode } = await app.inject({ url })
  expect(statusCode).toBeGreaterThanOrEqual(400)
  expect(statusCode).toBeLessThan(500)
})

test('the page does not take the place of what the API says of a path', async () => {
  const { statusCode, headers } = await app.inject({ url: '/v1/nothing', headers: { accept: 'text/html' } })
  expect([statusCode, headers['content-type']]).toEqual([404, 'application/problem+json; charset=utf-8'])
  expect(JSON.stringify((await app.inject('/openapi.json')).json())).not.toContain('/pods/')
})

test('where the page was not built, the answer says how to build it', async () => {
  const empty = await mkdtemp(join(tmpdir(), 'afterlog-dist-'))
  const bare = await serve(empty)
  const { statusCode, body } = await bare.inject('/')
  expect(statusCode).toBe(404)
  expect(body).toContain('npm run prepare')
  await bare.close()
  await rm(empty, { recursive: true })
})
