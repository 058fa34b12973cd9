// One broker for the test files of a run that leave it running. Vitest calls `setup` before the first file: it
// listens, and starts the broker when the first file asks for it, so a run without tests of Kafka starts none.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startKafka, type KafkaProcess } from './start.ts'

/** Names, in the environment of the worker processes, the URL that answers with the broker's host:port. */
const sharedVariable = 'AFTERLOG_TEST_SHARED_KAFKA'

/** Resolves with what kills the broker once every test has run. */
export async function setup(): Promise<() => Promise<void>> {
  let broker: Promise<KafkaProcess> | undefined
  const server = createServer((_, response) => {
    // Nobody kills it, so the controller need not miss it soon: on a busy machine heartbeats come late.
    broker ??= startKafka({ properties: { 'broker.session.timeout.ms': '18000' } })
    broker.then(
      ({ brokers }) => response.end(brokers),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.env[sharedVariable] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return async () => {
    server.close()
    server.closeAllConnections()
    await broker?.then(
      (started) => started[Symbol.asyncDispose](),
      () => undefined,
    )
  }
}

/** host:port of the broker that the test files of this run share. */
export async function sharedBroker(): Promise<string> {
  const url = process.env[sharedVariable]
  if (url === undefined)
    throw new Error(`${sharedVariable} is not set: this project of tests needs share-broker.ts in vitest.config.ts`)
  const answer = await fetch(url)
  const text = await answer.text()
  if (!answer.ok) throw new Error(text)
  return text
}
