// docker-compose.yml and the Dockerfile as texts; test/e2e/compose.test.ts runs what they say.
import { existsSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { readConfig, variables } from '#shared/config.ts'
import { readCompose } from '#test/support/compose.ts'
import { copiedSources, dockerStages } from '#test/support/image.ts'

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
  const images = services.flatMap(([, { image }]) => (image === 'afterlog' ? [] : [image]))
  const foreign = bases.filter((base) => !dockerStages().has(base))
  for (const image of [...images, ...foreign]) expect(image).toMatch(/^[\w./-]+:\d+\.\d+/)
})

test('one service builds our image, once for all, and the others wait for it and pull nothing', () => {
  expect(services.filter(([, { build }]) => build !== undefined).map(([name]) => name)).toEqual(['migrate'])
  const waitsFor = (name: string): string[] => Object.keys(compose.services[name]!.depends_on ?? {})
  for (const [name, { pull_policy: policy }] of ours) {
    expect(policy, name).toBe(name === 'migrate' ? 'build' : 'never')
    if (name !== 'migrate') expect(waitsFor(name), name).toContain('migrate')
  }
})

test('nothing is reachable from other machines: there is no authentication', () => {
  for (const [name, { ports = [] }] of services) for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:/)
})

test('our processes may write nowhere but in memory, have no capabilities, and are told nothing that they do not understand', () => {
  expect(ours.map(([name]) => name)).toEqual(['migrate', 'ingest', 'query', 'projector', 'sample-logs'])
  for (const [name, service] of ours) {
    expect(service, name).toMatchObject({ read_only: true, cap_drop: ['ALL'] })
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

test.each(['services', 'all-in-one'])('the image %s runs as nobody special, with the packages of one stage', (name) => {
  const stage = dockerStages().get(name)!
  expect(stage).toMatch(/^FROM program /)
  expect(stage).toMatch(/^COPY --from=packages\S* \/app\/node_modules \.\/node_modules$/m)
  expect(stage).toMatch(/^USER node$/m)
  expect(stage.indexOf('\nUSER ')).toBeGreaterThan(Math.max(stage.lastIndexOf('\nCOPY '), stage.lastIndexOf('\nRUN ')))
  expect(existsSync(/^CMD \["(.*)"\]$/m.exec(stage)![1]!)).toBe(true)
})

test('the image without the engine is the one that is built where no target is named', () => {
  expect([...dockerStages().keys()].at(-1)).toBe('services')
  expect(dockerStages().get('packages')).toContain('npm pkg delete optionalDependencies')
  expect(dockerStages().get('packages-with-engine')).not.toContain('npm pkg delete')
})

test('the image of all in one keeps its data in a volume that its user alone may read and write', () => {
  const stage = dockerStages().get('all-in-one')!
  const dir = /AFTERLOG_DATA_DIR=(\S+)/.exec(stage)![1]!
  expect(stage).toMatch(new RegExp(`^RUN install -d -m 0700 -o node -g node ${dir}$`, 'm'))
  expect(stage).toMatch(new RegExp(`^VOLUME ${dir}$`, 'm'))
})

test('the image passes signals on, says whether it is alive, and has what its programs import and their messages name', () => {
  const stage = dockerStages().get('program')!
  expect(stage).toMatch(/^ENTRYPOINT \["\/usr\/bin\/tini", "--", "node"\]$/m)
  expect(stage).toMatch(/^HEALTHCHECK [^]*\/healthz/m)
  const allowed = readFileSync('.dockerignore', 'utf8')
    .split('\n')
    .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []))
  expect(allowed).toEqual(expect.arrayContaining(copiedSources()))
  expect(copiedSources()).toEqual(expect.arrayContaining(['package.json', 'shared', 'services', 'migrations', 'demo', 'docs']))
})

test('the image has the Node that the lockfile has', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, { version: string }> }
  for (const [, version] of docker.matchAll(/^FROM node:([\d.]+)/gm)) expect(version).toBe(packages['node_modules/node']!.version)
})
