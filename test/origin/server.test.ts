import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { EncodePicture } from '../../src/node/encode.ts'
import { createOriginApp } from '../../src/origin/app.ts'
import { readConfig } from '../../src/origin/config.ts'
import { type RunningServer, startServer } from '../../src/origin/server.ts'
import { fakeEncode, plainPng } from './fixtures.ts'

const running: RunningServer[] = []
afterEach(async () => {
  for (const server of running.splice(0)) await server.close()
})

async function start(encode: EncodePicture, env: Record<string, string> = {}): Promise<RunningServer> {
  const config = readConfig({ ORIGIN_PORT: '0', ...env })
  const server = await startServer(createOriginApp({ encode, config }), config)
  running.push(server)
  return server
}

/** An encode that reports its start and its signal, and waits until it is told to go on. */
function slowEncode() {
  let go = () => {}
  const told = new Promise<void>((resolve) => {
    go = resolve
  })
  const signals: AbortSignal[] = []
  const encode: EncodePicture = async (image, request) => {
    if (request.signal) signals.push(request.signal)
    await told
    return await fakeEncode(image, request)
  }
  return { encode, go, signals }
}

describe('startServer', () => {
  it('serves over HTTP, on a free port', async () => {
    const { url } = await start(fakeEncode)
    const response = await fetch(`${url}/encode?coding=compass`, { method: 'POST', body: await plainPng() })
    expect(response.status).toBe(200)
    expect((await fetch(`${url}/health`)).status).toBe(200)
  })

  it('says that the port is taken', async () => {
    const { url } = await start(fakeEncode)
    const port = new URL(url).port
    const busy = start(fakeEncode, { ORIGIN_PORT: port })
    await expect(busy).rejects.toMatchObject({
      code: 'PORT_BUSY',
      message: expect.stringContaining(`port ${port}`),
    })
  })

  it('aborts the encode when the client goes away', async () => {
    const { encode, go, signals } = slowEncode()
    const { url } = await start(encode)
    const controller = new AbortController()
    const sent = fetch(`${url}/encode?coding=compass`, {
      method: 'POST',
      body: await plainPng(),
      signal: controller.signal,
    })
    await vi.waitFor(() => expect(signals).toHaveLength(1))
    expect(signals[0]?.aborted).toBe(false)
    controller.abort()
    await expect(sent).rejects.toThrow()
    await vi.waitFor(() => expect(signals[0]?.aborted).toBe(true))
    go()
    await vi.waitFor(async () => {
      expect(await (await fetch(`${url}/metrics`)).text()).toContain('strata_errors_total{type="ABORTED"} 1')
    })
  })

  it('gives the place back when the client goes away while it sends', async () => {
    const { url } = await start(fakeEncode, { ORIGIN_WAITING: '0' })
    const half = request(`${url}/encode?coding=compass`, {
      method: 'POST',
      headers: { 'content-length': '1000' },
    })
    half.on('error', () => {})
    half.write('abc')
    await vi.waitFor(async () =>
      expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ waiting: 1 }),
    )
    half.destroy()
    await vi.waitFor(async () =>
      expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ waiting: 0 }),
    )
    expect(
      (await fetch(`${url}/encode?coding=compass`, { method: 'POST', body: await plainPng() })).status,
    ).toBe(200)
  })

  it('answers a refused upload although its body was not read', async () => {
    const { url } = await start(fakeEncode, { ORIGIN_MAX_BYTES: '1000' })
    const response = await fetch(`${url}/encode?coding=compass`, {
      method: 'POST',
      body: new Uint8Array(20_000_000),
    })
    expect(response.status).toBe(413)
  })

  it('finishes running encodes before it closes, and takes no new ones', async () => {
    const { encode, go, signals } = slowEncode()
    const server = await start(encode)
    const sent = fetch(`${server.url}/encode?coding=compass`, { method: 'POST', body: await plainPng() })
    await vi.waitFor(() => expect(signals).toHaveLength(1))
    const closed = server.close()
    await expect(fetch(`${server.url}/health`)).rejects.toThrow()
    go()
    const response = await sent
    expect(response.status).toBe(200)
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(50)
    await closed
  })

  it('cuts off what takes longer than the time to drain', async () => {
    const { encode, go, signals } = slowEncode()
    const server = await start(encode, { ORIGIN_DRAIN_SECONDS: '0' })
    const sent = fetch(`${server.url}/encode?coding=compass`, {
      method: 'POST',
      body: await plainPng(),
    }).catch((error: Error) => error)
    await vi.waitFor(() => expect(signals).toHaveLength(1))
    await Promise.race([server.close(), sleep(2000).then(() => Promise.reject(new Error('did not close')))])
    expect(await sent).toBeInstanceOf(Error)
    go()
  })
})
