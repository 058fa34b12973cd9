import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { freePort } from '../../../demo/port.ts'

test('the wanted port where it is free, else 0', async () => {
  const host = '127.0.0.1'
  const other = createServer().listen({ host, port: 0 })
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  expect(await freePort({ host, wanted: port })).toBe(0)
  other.close()
  await once(other, 'close')
  expect(await freePort({ host, wanted: port })).toBe(port)
})
