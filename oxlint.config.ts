// The linter's rules, and between which folders imports may go. A rule is replaced, not added to, where a later entry
// has it again, so each entry below says all that holds for its files. test/unit/lint-rules.test.ts breaks each of
// these rules once.

import { longFunctions } from './oxlint-long-functions.ts'

interface Path {
  name: string
  message: string
  allowTypeImports?: boolean
}
interface Pattern {
  group?: string[]
  regex?: string
  message: string
  allowTypeImports?: boolean
}

const maxFunctionLines = 80

const stores: Path[] = [
  { name: 'chdb', message: 'Only shared/clickhouse imports the ClickHouse packages.' },
  { name: '@clickhouse/client', message: 'Only shared/clickhouse imports the ClickHouse packages.' },
  { name: 'kafkajs', message: 'Only shared/kafka imports kafkajs.' },
  { name: '@kubernetes/client-node', message: 'Only shared/kubernetes imports the client of Kubernetes.' },
]
const imports = (patterns: readonly Pattern[], paths: readonly Path[] = stores) => ({
  'no-restricted-imports': ['error', { paths, patterns }],
})

/** Imports of these folders of `root`, by alias or over `..`. */
const folders = (root: string, names: readonly string[], message: string): Pattern[] =>
  names.length === 0
    ? []
    : [{ regex: String.raw`^(?:#${root}|(?:\.\./)*\.\.)/(?:${names.join('|')})(?:/|\.ts$)`, message }]

const services = (names: readonly string[], message: string): Pattern[] => [
  { group: ['**/services/**', ...names.flatMap((name) => [`#${name}/**`, `**/${name}/**`])], message },
]
const servicesApart = 'ingest, query, the projector and import never import each other.'
const apartFrom = (...names: readonly string[]) => imports(services(names, servicesApart))
const sharedAlone = 'shared knows no service.'
const allServices = services(['ingest', 'query', 'projector', 'import', 'replay', 'agent'], sharedAlone)

// What is pure: no I/O, no clock, no log. Time and ids are arguments.

const noIo = 'The pure middle does no I/O.'
const pureGlobals = {
  'no-restricted-globals': [
    'error',
    { name: 'process', message: 'The pure middle reads no environment.' },
    ...['setTimeout', 'setInterval', 'setImmediate', 'fetch'].map((name) => ({ name, message: noIo })),
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: 'The pure middle reads no clock: time is an argument.' },
    { object: 'performance', property: 'now', message: 'The pure middle reads no clock.' },
    { object: 'Math', property: 'random', message: 'The pure middle draws no numbers: they are arguments.' },
  ],
}
const impure = { 'no-restricted-globals': 'off', 'no-restricted-properties': 'off' }
const purePaths: Path[] = [
  ...stores,
  { name: 'pino', message: 'The pure middle logs nothing.' },
  { name: 'fastify', message: 'The pure middle knows no HTTP.' },
]
const outside = [
  'node:fs',
  'node:fs/**',
  'node:http',
  'node:timers',
  'node:timers/**',
  'node:child_process',
  '#shared/logger.ts',
  '#shared/http/**',
  '#shared/kafka/**',
  '!#shared/kafka/settings.ts',
  '#shared/kubernetes/**',
  '#shared/clickhouse/open-store.ts',
]
const pure: Pattern[] = [
  {
    group: [...outside, 'node:net', '#shared/store-reading/**', '**/routes/**'],
    message: 'The pure middle does no I/O and logs nothing.',
  },
]

/** Each folder imports those before it, and none after it. What reads the store is last. */
const sharedOrder = ['lifecycle', 'pod-model', 'time', 'lines', 'stored-pods', 'obituary', 'store-reading']
const sharedUpward =
  'Folders of shared import each other one way: lifecycle, pod-model, lines, stored-pods, store-reading.'
const sharedFolders = sharedOrder.map((folder, i) => {
  const later = folders('shared', sharedOrder.slice(i + 1), sharedUpward)
  return folder === 'store-reading'
    ? {
        files: [`shared/${folder}/**`],
        rules: imports([...allServices, ...folders('shared', ['obituary'], sharedUpward)]),
      }
    : {
        files: [`shared/${folder}/**`],
        rules: { ...pureGlobals, ...imports([...allServices, ...later, ...pure], purePaths) },
      }
})

// services/query: a folder for each feature. What is not named below is pure.
/** Files that talk to a client or to the store, by their names. */
const outward = ['*-route', '*-routes', '*-reply', '*-reading', '*-tail', 'read-*', 'follow-*', 'watch-*'].map(
  (name) => `${name}.ts`,
)
/** Which other features each feature may import. */
const features: Readonly<Record<string, readonly string[]>> = {
  http: [],
  search: ['http'],
  pods: ['http', 'search'],
  logs: ['http', 'search', 'pods'],
  patterns: ['http', 'search', 'pods', 'logs'],
  tail: ['http', 'search', 'pods', 'logs'],
  obituary: ['http', 'pods'],
  fields: ['http', 'search', 'pods', 'logs'],
  deaths: ['http', 'search', 'pods', 'logs', 'tail'],
  nodes: ['http', 'search', 'pods'],
  'dead-letters': ['http', 'search'],
  retention: ['http'],
  web: [],
  store: ['http', 'retention'],
  kubernetes: ['http', 'pods', 'tail'],
  loki: ['http', 'search', 'pods', 'logs', 'tail', 'fields', 'patterns'],
}
/** The same within services/query/kubernetes. */
const kubernetes: Readonly<Record<string, readonly string[]>> = {
  api: [],
  access: ['api'],
  'pod-objects': ['api'],
  'pod-log': ['api', 'pod-objects'],
  events: ['api'],
  'cluster-objects': ['api'],
}
/** Of LogQL, the folders in which files read the store. */
const logql = ['', '/evaluate', '/selector', '/streams'].map((folder) => `services/query/loki/logql${folder}`)
const featuresApart = 'Features of query import each other one way only: oxlint.config.ts has which.'
const projectedInline = [
  'project',
  'load-facts',
  'resolve-identity',
  'resolve-pod',
  'seal-lines',
  'obituaries/compose-obituaries',
]
const queryApart = services(['ingest', 'import', 'replay', 'agent'], servicesApart)
const webApart: Pattern[] = [
  {
    group: ['#shared/**', '#ingest/**', '#query/**', '#projector/**', '**/shared/**', '**/query/**', '**/ingest/**'],
    message: 'The page knows the services by their API alone.',
  },
]
/** What its negations let through is let through by every other pattern too. */
const inlineOnly: Pattern = {
  group: [
    '#projector/**',
    '!#projector/obituaries',
    ...projectedInline.map((file) => `!#projector/${file}.ts`),
    '**/projector/**',
  ],
  message: 'Query runs the projection of a pod inline, and takes nothing else of the projector.',
}
const calledOnly = 'What is pure is called by what reads the store, never the other way.'
const projectorAway: Pattern = { group: ['#projector/**', '**/projector/**'], message: calledOnly }
const queryPure: Pattern[] = [
  { group: outside, message: 'The pure middle does no I/O and logs nothing.' },
  {
    group: ['#shared/store-reading/**', ...outward.map((name) => `**/${name}`)],
    message: calledOnly,
    allowTypeImports: true,
  },
  projectorAway,
]
const knowsRequests = purePaths.map((path) => (path.name === 'fastify' ? { ...path, allowTypeImports: true } : path))

const others = (order: Readonly<Record<string, readonly string[]>>, name: string): string[] =>
  Object.keys(order).filter((other) => other !== name && !order[name]!.includes(other))

const feature = (folder: string, apart: readonly Pattern[]) => [
  {
    files: [`${folder}/**`],
    rules: { ...pureGlobals, ...imports([...queryApart, ...apart, ...queryPure], knowsRequests) },
  },
  {
    files: outward.map((name) => `${folder}/${name}`),
    rules: { ...impure, ...imports([...queryApart, ...apart, inlineOnly]) },
  },
]
const queryFolders = Object.keys(features).flatMap((name) => {
  const apart = folders('query', others(features, name), featuresApart)
  return name === 'kubernetes'
    ? [
        ...feature(`services/query/${name}`, apart),
        ...Object.keys(kubernetes).flatMap((kind) =>
          feature(`services/query/${name}/${kind}`, [
            ...apart,
            ...folders('query/kubernetes', others(kubernetes, kind), featuresApart),
          ]),
        ),
      ]
    : [`services/query/${name}`, ...(name === 'loki' ? logql : [])].flatMap((folder) => feature(folder, apart))
})

export default {
  plugins: ['typescript', 'import', 'unicorn', 'node', 'promise', 'react', 'jsx-a11y'],
  categories: { correctness: 'error', suspicious: 'error' },
  ignorePatterns: ['test/fixtures/**', 'services/web/dist/**', 'services/web/src/api/schema.d.ts'],
  rules: {
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/consistent-type-imports': 'error',
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'import/no-default-export': 'error',
    'node/no-process-env': 'error',
    'no-console': 'error',
    'typescript/no-unsafe-type-assertion': 'off',
    'typescript/consistent-return': 'off',
    'typescript/unbound-method': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'import/no-named-as-default-member': 'off',
    'eslint/no-unmodified-loop-condition': 'off',
    'max-lines': ['error', { max: 300 }],
    'max-lines-per-function': ['error', { max: maxFunctionLines }],
    ...imports([]),
  },
  overrides: [
    {
      files: [
        'test/support/clickhouse-bridge/**',
        'test/support/kafka/**',
        'test/contract/**',
        'test/integration/kafka-*',
        'test/unit/shared/kafka/**',
        'bench/**',
      ],
      rules: { 'no-restricted-imports': 'off' },
    },
    { files: ['**/main.ts', 'test/**', 'bench/**', 'vitest.config.ts'], rules: { 'node/no-process-env': 'off' } },
    {
      files: ['vitest.config.ts', 'oxlint.config.ts', 'services/web/vite.config.ts'],
      rules: { 'import/no-default-export': 'off' },
    },
    // The page knows the services by their API alone; React calls what makes elements without importing it.
    {
      files: ['services/web/**'],
      rules: {
        ...imports([...webApart]),
        'react/react-in-jsx-scope': 'off',
        'import/no-unassigned-import': 'off',
        'react/incompatible-library': 'off',
      },
    },
    { files: ['shared/**'], rules: imports(allServices) },
    { files: ['shared/clickhouse/**', 'shared/kafka/**', 'shared/kubernetes/**'], rules: imports(allServices, []) },
    ...sharedFolders,
    { files: ['services/ingest/**'], rules: apartFrom('query', 'projector', 'import', 'replay', 'agent') },
    { files: ['services/projector/**'], rules: apartFrom('ingest', 'query', 'import', 'replay', 'agent') },
    { files: ['services/query/**'], rules: imports([...queryApart, inlineOnly]) },
    { files: ['services/import/**'], rules: apartFrom('ingest', 'query', 'projector', 'replay', 'agent') },
    // Replay and the agent read and send with the parts of the importer.
    { files: ['services/replay/**'], rules: apartFrom('ingest', 'query', 'projector', 'agent') },
    { files: ['services/agent/**'], rules: apartFrom('ingest', 'query', 'projector', 'replay') },
    {
      files: ['services/agent/lives/**', 'services/agent/send/records.ts', 'services/agent/files/last-line.ts'],
      rules: {
        ...pureGlobals,
        ...imports([...pure, ...services(['ingest', 'query', 'projector', 'replay'], servicesApart)], purePaths),
      },
    },
    {
      files: ['services/ingest/formats/**', 'services/ingest/normalise/**'],
      rules: {
        ...pureGlobals,
        ...imports(
          [...pure, ...services(['query', 'projector', 'import', 'replay', 'agent'], servicesApart)],
          purePaths,
        ),
      },
    },
    ...queryFolders,
    // No file of it does I/O, whatever its name.
    {
      files: ['services/query/search/**'],
      rules: {
        ...pureGlobals,
        ...imports(
          [...queryApart, ...folders('query', others(features, 'search'), featuresApart), ...pure, projectorAway],
          purePaths,
        ),
      },
    },
    { files: ['test/**'], rules: { 'max-lines-per-function': 'off' } },
    { files: longFunctions, rules: { 'max-lines-per-function': 'off' } },
  ],
}
