// docker-compose.yml and the Dockerfile as texts; test/e2e/compose.test.ts runs what they say.
import { existsSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { readConfig, variables } from '#shared/config.ts'
import { readCompose } from '#test/support/compose.ts'

const compose = readCompose()
const services = Object.entries(compose.services)
const ours = services.filter(([, { image }]) => image === 'afterlog')
const docker = readFileSync('Dockerfile', 'utf8')

test('docker-compose.yml is what the Compose Specification allows', () => {
  const schema = JSON.parse(readFileSync('test/fixtures/compose/compose-spec.json', 'utf8')) as object
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  ajv.addFormat('duration', /^(\d+(us|ms|s|m|h))+$/)
  for (const format of ['ports', 'expose', 'subnet_ip_address']) ajv.addFormat(format, true)
  const validate = ajv.compile(schema)
  validate(compose)
  expect(validate.errors).toBeNull()
})

test('every image and base is pinned by a tag that names a version', () => {
  const bases = [...docker.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base!)
  expect(bases.length).toBeGreaterThan(0)
  const images = services.flatMap(([, { image, build }]) => (build === undefined ? [image] : []))
  for (const image of [...images, ...bases]) expect(image).toMatch(/^[\w./-]+:\d+\.\d+/)
})

test('nothing is reachable from other machines: there is no authentication', () => {
  for (const [name, { ports = [] }] of services) for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:/)
})

test('our processes may write nowhere but in memory, have no capabilities, and are told nothing that they do not understand', () => {
  expect(ours.map(([name]) => name)).toEqual(['migrate', 'ingest', 'query', 'sample-logs'])
  for (const [name, service] of ours) {
    expect(service, name).toMatchObject({ read_only: true, cap_drop: ['ALL'], build: '.' })
    if (name !== 'sample-logs') expect(service, name).not.toHaveProperty(['user'])
    const env = Object.fromEntries(Object.entries(service.environment ?? {}).map(([key, value]) => [key, String(value)]))
    expect(Object.keys(variables)).toEqual(expect.arrayContaining(Object.keys(env)))
    expect(readConfig(env).unknown, name).toEqual([])
    expect(existsSync(service.command![0]!), service.command![0]).toBe(true)
  }
})

test('who is waited for can say that it is well, and every volume is declared', () => {
  for (const [name, { depends_on: needed = {}, volumes = [] }] of services) {
    for (const [other, { condition }] of Object.entries(needed)) {
      const { healthcheck, command } = compose.services[other]!
      if (condition === 'service_healthy') expect(healthcheck?.test?.[0], `${name} waits for ${other}`).toBe('CMD')
      else
        expect([condition, command], `${name} waits for ${other}`).toEqual(['service_completed_successfully', expect.anything()])
    }
    for (const volume of volumes.map((text) => text.split(':')[0]!))
      if (!volume.startsWith('.')) expect(Object.keys(compose.volumes), name).toContain(volume)
  }
})

test('the image runs as nobody special, passes signals on, says whether it is alive, and has what its programs import', () => {
  const last = docker.slice(docker.lastIndexOf('\nFROM '))
  expect(last).toMatch(/^USER node$/m)
  expect(last).toMatch(/^ENTRYPOINT \["\/usr\/bin\/tini", "--", "node"\]$/m)
  expect(last).toMatch(/^HEALTHCHECK [^]*\/healthz/m)
  expect(last.indexOf('\nUSER ')).toBeGreaterThan(last.lastIndexOf('\nCOPY '))
  const copied = [...last.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, names]) => names!.split(' '))
  const allowed = readFileSync('.dockerignore', 'utf8')
    .split('\n')
    .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []))
  expect(allowed).toEqual(expect.arrayContaining(copied))
  expect(copied).toEqual(expect.arrayContaining(['package.json', 'shared', 'services', 'migrations', 'demo']))
})

test('the image has the Node that the lockfile has', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, { version: string }> }
  for (const [, version] of docker.matchAll(/^FROM node:([\d.]+)/gm)) expect(version).toBe(packages['node_modules/node']!.version)
})
