import { credentials, makeGenericClientConstructor, status, type ServiceError } from '@grpc/grpc-js'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { InflightBytes } from '#ingest/buffer/inflight.ts'
import { openOtlpGrpc } from '#ingest/sockets/otlp-grpc.ts'
import { createLogger } from '#shared/logger.ts'
import { freePort } from '#test/support/kafka/free-port.ts'

test('a call while bytes in flight are over the cap is told to come again', async () => {
  const [port, inflight] = [await freePort(), new InflightBytes(1024)]
  const release = inflight.hold(4096)
  const log = createLogger({ level: 'silent', service: 'test' })
  const shared = { inflight, log, cluster: '', clock: Date.now, bodyBytesMax: 1024, forwardSharedKey: undefined }
  const deliver = async () => ({ accepted: 0, rejects: [] })
  const socket = await openOtlpGrpc({ host: '127.0.0.1', port }, { ...shared, registry: new Registry(), deliver })
  const Client = makeGenericClientConstructor({}, 'LogsService')
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
  const same = (bytes: Buffer): Buffer => bytes
  const call = (): Promise<ServiceError | null> =>
    new Promise((resolve) => {
      const path = '/opentelemetry.proto.collector.logs.v1.LogsService/Export'
      client.makeUnaryRequest(path, same, same, Buffer.alloc(0), (error) => resolve(error))
    })
  expect(await call()).toMatchObject({ code: status.UNAVAILABLE })
  release()
  expect(await call()).toBe(null)
  client.close()
  await socket.close()
})
