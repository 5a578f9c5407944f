import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { requireFreePort } from '../../../src/cli/start/ports.ts'
import { strata } from '../harness.ts'

it('names the busy port and the variable that chooses another', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const message = `port ${port} is already in use: stop the other program or set PORT`
  await expect(requireFreePort(port, 'PORT')).rejects.toMatchObject({ code: 'PORT_BUSY', message })
  expect(await strata(['start'], { env: { PORT: String(port) } })).toMatchObject({
    code: 1,
    err: `strata: ${message}\n`,
  })
  const busyOrigin = { PORT: '1', ORIGIN_PORT: String(port) }
  expect((await strata(['start'], { env: busyOrigin })).code).toBe(1)
  expect((await strata(['start'], { env: { PORT: 'x' } })).code).toBe(2)
})

it('accepts a free port twice', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  await requireFreePort(port, 'PORT')
  await requireFreePort(port, 'PORT')
})

it('names the variable of an invalid port', async () => {
  const { code, err } = await strata(['start'], { env: { PORT: 'abc' } })
  expect([code, err]).toEqual([2, 'strata: PORT: expected an integer from 1 to 65534, got "abc"\n'])
})
