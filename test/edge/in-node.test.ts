import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Hono } from 'hono'
import { afterEach, expect, it, vi } from 'vitest'
import { MemoryStore } from '../../src/bench/http-fuzz/memory-store.ts'
import { sha256Stream } from '../../src/edge/sources/upload-streams.ts'
import { writeStrata } from '../../src/format/writer.ts'
import { imageCdn } from '../../src/index.ts'
import { sampleParts } from '../format/files.ts'

afterEach(() => vi.unstubAllGlobals())

/** A file of one layer that is made from this picture. */
function fileOf(picture: Uint8Array): Uint8Array {
  const parts = sampleParts(320, 160, [{ width: 320, quality: 60 }], { placeholder: 48 })
  const sha256 = createHash('sha256').update(picture).digest('hex').slice(0, 32)
  return writeStrata({ ...parts, source: { ...parts.source, sha256 } })
}

it('the plugin takes uploads in a Hono app on Node, and sends them to an origin over HTTP', async () => {
  const picture = new TextEncoder().encode('GIF89a and what comes behind')
  const file = fileOf(picture)
  const received: Buffer[] = []
  const origin = createServer(async (request, response) => {
    for await (const chunk of request) received.push(chunk as Buffer)
    response.end(file)
  }).listen(0, '127.0.0.1')
  await once(origin, 'listening')
  try {
    const url = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`
    const store = new MemoryStore()
    const app = new Hono().route(
      '/cdn',
      imageCdn({ bucket: () => store, origin: () => ({ url }), development: () => true }),
    )
    const init = { method: 'PUT', headers: { 'Content-Length': String(picture.length) } }
    const put = await app.request('/cdn/img/cat', { ...init, body: picture })
    expect(await put.text()).toContain('"state":"queued"')
    await vi.waitFor(async () => expect((await app.request('/cdn/img/cat.json')).status).toBe(200), 60_000)
    expect(Buffer.concat(received).equals(picture)).toBe(true)
    const native = await app.request('/cdn/img/cat?f=native')
    expect(new Uint8Array(await native.arrayBuffer())).toEqual(file)
    const short = await app.request('/cdn/img/dog', {
      ...init,
      body: picture.slice(0, -1),
    })
    expect([short.status, await short.text()]).toEqual([499, expect.stringContaining('"ABORTED"')])
  } finally {
    origin.close()
  }
})

it.each(['with the hash of Node', 'without it'])('an upload is hashed %s', async (name) => {
  if (name === 'without it') vi.stubGlobal('process', { ...process, getBuiltinModule: undefined })
  const hashing = sha256Stream()
  const writer = hashing.getWriter()
  for (const text of ['one', 'two']) await writer.write(new TextEncoder().encode(text))
  await writer.close()
  const expected = createHash('sha256').update('onetwo').digest('hex')
  expect(Buffer.from(new Uint8Array(await hashing.digest)).toString('hex')).toBe(expected)
})
