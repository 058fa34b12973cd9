// Requests by which OpenAPI shows the posting routes. test/integration/api-examples.test.ts sends each.
import type { RequestExample } from '#shared/http/route-contract.ts'

const json = 'application/json'
const pod = { namespace: 'shop', pod: 'web-0', podUid: '7d2e3f40', container: 'app' }

export const batchExample: RequestExample = {
  body: {
    [json]: {
      cluster: 'prod-eu',
      node: 'node-7',
      records: [{ ...pod, time: '2026-11-23T10:00:00Z', stream: 'stderr', severity: 'error', message: 'boom' }],
    },
    'application/x-ndjson': `${JSON.stringify({ time: '2026-11-23T10:00:00Z', unit: 'kubelet.service', message: 'up' })}\n`,
  },
}

export const objectsExample: RequestExample = {
  body: {
    [json]: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: pod.pod, namespace: pod.namespace, uid: pod.podUid, creationTimestamp: '2026-11-23T10:00:00Z' },
      spec: { nodeName: 'node-7', containers: [{ name: pod.container, image: 'web:1' }] },
      status: { phase: 'Running', startTime: '2026-11-23T10:00:00Z' },
    },
  },
}

export const fluentExample: RequestExample = {
  body: {
    [json]: [
      {
        date: '2026-11-23T10:00:00Z',
        log: 'boom',
        kubernetes: { namespace_name: 'shop', pod_name: 'web-0', container_name: 'app' },
      },
    ],
  },
}

export const lokiExample: RequestExample = {
  body: {
    [json]: {
      streams: [
        { stream: { namespace: 'shop', pod: 'web-0', container: 'app' }, values: [['1795428000000000000', 'boom']] },
      ],
    },
  },
}

export const otlpExample: RequestExample = {
  body: {
    [json]: {
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'k8s.namespace.name', value: { stringValue: 'shop' } }] },
          scopeLogs: [{ logRecords: [{ timeUnixNano: '1795428000000000000', body: { stringValue: 'boom' } }] }],
        },
      ],
    },
  },
}

export const syslogExample: RequestExample = {
  body: { 'text/plain': '<165>1 2026-11-23T10:00:00Z node-7 kubelet 1 - - started\n' },
}

export const journalExample: RequestExample = {
  body: {
    'application/vnd.fdo.journal':
      '__REALTIME_TIMESTAMP=1795428000000000\n_SYSTEMD_UNIT=kubelet.service\n_HOSTNAME=node-7\nMESSAGE=started\n\n',
  },
}

export const bulkExample: RequestExample = {
  path: { index: 'logs' },
  body: { 'application/x-ndjson': '{"create":{}}\n{"@timestamp":"2026-11-23T10:00:00Z","message":"boom"}\n' },
}
