import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Miniflare } from 'miniflare'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createOriginApp } from '../../src/origin/app.ts'
import { readConfig } from '../../src/origin/config.ts'
import { startServer } from '../../src/origin/server.ts'
import { fakeEncode, plainPng } from '../origin/fixtures.ts'
import { startReadyWorker } from './edge.ts'

const TOKEN = 'upload-token'
const AUTHORIZATION = { Authorization: `Bearer ${TOKEN}` }

/** The ready Worker and an origin, both listening. */
async function start(bindings: Record<string, string> = {}) {
  const config = readConfig({ ORIGIN_PORT: '0' })
  const server = await startServer(createOriginApp({ encode: fakeEncode, config }), config)
  onTestFinished(() => server.close())
  const edge = await startReadyWorker({ ORIGIN_URL: server.url, UPLOAD_TOKEN: TOKEN, ...bindings })
  onTestFinished(() => edge.dispose())
  const { href, host } = await edge.ready
  return { edge, host, url: `${href}cdn/img/` }
}

/** Keys of an image's objects, or of all. */
async function keys(edge: Miniflare, id = ''): Promise<string[]> {
  const { objects } = await (await edge.getR2Bucket('IMAGES')).list()
  return objects.map(({ key }) => key).filter((key) => key.includes(id))
}

async function ready(url: string): Promise<void> {
  while ((await fetch(`${url}.json`, { headers: AUTHORIZATION })).status === 202) await sleep(20)
}

/** A whole upload under an id of its own: when it is ready, the edge has long seen how an upload before it ended. */
async function uploadAfter(url: string, id: string): Promise<void> {
  const body = await plainPng(32, 24, 'navy')
  expect((await fetch(`${url}${id}`, { method: 'PUT', body, headers: AUTHORIZATION })).status).toBe(202)
  await ready(`${url}${id}`)
}

/** PUT over a connection of our own: in `parts`, pausing between them; then the answer, or nothing after a cut. */
async function putSlowly(host: string, parts: readonly Uint8Array[], { declared = 0, cut = false } = {}) {
  const [name = '', port] = host.split(':')
  const socket = connect(Number(port), name)
  await once(socket, 'connect')
  const length = declared || parts.reduce((sum, part) => sum + part.length, 0)
  socket.write(
    `PUT /cdn/img/slow HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`,
  )
  for (const part of parts) {
    socket.write(part)
    await sleep(60)
  }
  if (cut) return void socket.destroy()
  const [answer] = await once(socket, 'data')
  socket.destroy()
  return String(answer)
}

describe('an upload over a bad connection', () => {
  it('takes as long as it takes', async () => {
    const { host, url } = await start()
    const png = await plainPng(64, 48, 'teal')
    const parts = Array.from({ length: 10 }, (_, i) =>
      png.subarray((i * png.length) / 10, ((i + 1) * png.length) / 10),
    )
    expect(await putSlowly(host, parts)).toMatch(/^HTTP\/1\.1 202 /)
    await ready(`${url}slow`)
    expect((await fetch(`${url}slow?f=native`)).status).toBe(200)
  })

  it('that is cut leaves nothing, and the one before as it was', async () => {
    const { edge, host, url } = await start()
    const png = await plainPng(64, 48, 'teal')
    await putSlowly(host, [png.subarray(0, 100)], { declared: 100_000, cut: true })
    await uploadAfter(url, 'after')
    expect(await keys(edge, '/slow')).toEqual([])
    expect((await fetch(`${url}slow`)).status).toBe(404)

    const body = new Uint8Array(png)
    expect((await fetch(`${url}slow`, { method: 'PUT', body, headers: AUTHORIZATION })).status).toBe(202)
    await ready(`${url}slow`)
    const before = await keys(edge, '/slow')
    await putSlowly(host, [png.subarray(0, 100)], { declared: 100_000, cut: true })
    await uploadAfter(url, 'after-again')
    expect(await keys(edge, '/slow')).toEqual(before)
    expect((await fetch(`${url}slow?f=native`)).status).toBe(200)
  })
})

it('PERSIST keeps JPEGs in the bucket', async () => {
  const { edge, url } = await start({ PERSIST: 'true' })
  const body = await plainPng(900, 300, 'teal')
  await fetch(`${url}kept?coding=compass`, { method: 'PUT', body, headers: AUTHORIZATION })
  await ready(`${url}kept`)
  const answers = await Promise.all(Array.from({ length: 10 }, () => fetch(`${url}kept?w=320`)))
  expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
  const jpegs = async () => (await keys(edge)).filter((key) => key.startsWith('picture/'))
  while ((await jpegs()).length === 0) await sleep(10)
  expect(await jpegs()).toEqual([expect.stringMatching(/^picture\/kept\/[0-9a-f]{32}\/1-320x/)])
})
