// What Filebeat, Logstash, Fluentd, Vector and rsyslog ask of Elasticsearch before they send, and while they do. They
// want to know its version, whether it has a licence, is healthy, and has the templates, policies and pipelines that
// they would install. Afterlog needs none of these: it has each that is asked for, and takes each that is sent.
import type { FastifyReply, FastifyRequest } from 'fastify'

type Answer = (request: FastifyRequest, reply: FastifyReply) => unknown

const uuid = 'YWZ0ZXJsb2ctYWZ0ZXJsbw'
/** Agents refuse one that is older than they are, and none that is newer. */
const version = '9.99.0'

export const about: Answer = () => ({
  name: 'afterlog',
  cluster_name: 'afterlog',
  cluster_uuid: uuid,
  version: {
    number: version,
    build_flavor: 'default',
    build_type: 'docker',
    build_hash: '0'.repeat(40),
    build_date: '2026-01-01T00:00:00.000Z',
    build_snapshot: false,
    lucene_version: '10.0.0',
    minimum_wire_compatibility_version: '8.19.0',
    minimum_index_compatibility_version: '8.0.0',
  },
  tagline: 'You Know, for Search',
})

const license = {
  status: 'active',
  uid: '00000000-0000-4000-8000-000000000000',
  type: 'basic',
  issue_date: '2026-01-01T00:00:00.000Z',
  issue_date_in_millis: 1_767_225_600_000,
  max_nodes: 1000,
  max_resource_units: null,
  issued_to: 'afterlog',
  issuer: 'elasticsearch',
  start_date_in_millis: -1,
}

const xpack: Answer = () => ({
  build: { hash: '0'.repeat(40), date: '2026-01-01T00:00:00.000Z' },
  license: { uid: license.uid, type: 'basic', mode: 'basic', status: 'active' },
  features: {
    ilm: { available: true, enabled: true },
    data_streams: { available: true, enabled: true },
    security: { available: true, enabled: false },
  },
  tagline: 'You know, for X',
})

const health: Answer = () => ({
  cluster_name: 'afterlog',
  status: 'green',
  timed_out: false,
  number_of_nodes: 1,
  number_of_data_nodes: 1,
  active_primary_shards: 1,
  active_shards: 1,
  relocating_shards: 0,
  initializing_shards: 0,
  unassigned_shards: 0,
  active_shards_percent_as_number: 100,
})

/** An agent that looks for more nodes finds the one that it asked. */
const nodes: Answer = ({ host, hostname }) => ({
  _nodes: { total: 1, successful: 1, failed: 0 },
  cluster_name: 'afterlog',
  nodes: {
    [uuid]: {
      name: 'afterlog',
      transport_address: host,
      host: hostname,
      ip: hostname,
      version,
      build_flavor: 'default',
      build_type: 'docker',
      build_hash: '0'.repeat(40),
      roles: ['data', 'ingest', 'master'],
      http: { bound_address: [host], publish_address: host, max_content_length_in_bytes: 32 * 1024 * 1024 },
    },
  },
})

/** What stands under a name, of which the first of a list is enough. */
const named =
  (answer: (name: string) => object): Answer =>
  ({ params }) =>
    answer((params as { name?: string }).name ?? 'afterlog')

const patterns = (name: string) => [`${name.replace(/\*$/, '')}*`]

/** By path. HEAD has the same answers without their bodies. */
export const asked: Readonly<Record<string, Answer>> = {
  '/_license': () => ({ license }),
  '/_xpack': xpack,
  '/_cluster/health': health,
  '/_cluster/health/:name': health,
  '/_cat/health': (_, reply) =>
    reply.type('text/plain; charset=UTF-8').serializer(String).send('afterlog green 1 1 0\n'),
  '/_nodes': nodes,
  '/_nodes/http': nodes,
  '/_nodes/:name/http': nodes,
  '/_index_template/:name': named((name) => ({
    index_templates: [{ name, index_template: { index_patterns: patterns(name), composed_of: [], data_stream: {} } }],
  })),
  '/_template/:name': named((name) => ({
    [name]: { order: 0, index_patterns: patterns(name), settings: {}, mappings: {}, aliases: {} },
  })),
  '/_component_template/:name': named((name) => ({
    component_templates: [{ name, component_template: { template: {} } }],
  })),
  '/_ilm/policy/:name': named((name) => ({ [name]: { version: 1, policy: { phases: {} } } })),
  '/_alias/:name': named((name) => ({ [`${name}-000001`]: { aliases: { [name]: { is_write_index: true } } } })),
  '/_data_stream/:name': named((name) => ({
    data_streams: [{ name, timestamp_field: { name: '@timestamp' }, indices: [], generation: 1, status: 'GREEN' }],
  })),
  '/_ingest/pipeline/:name': named((name) => ({ [name]: { processors: [] } })),
}

/** What agents install. */
export const installed: readonly string[] = [
  '/_index_template/:name',
  '/_template/:name',
  '/_component_template/:name',
  '/_ilm/policy/:name',
  '/_data_stream/:name',
  '/_ingest/pipeline/:name',
]

export const acknowledged: Answer = () => ({ acknowledged: true })
