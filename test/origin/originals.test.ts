import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { signEncodeRequest } from '../../src/core/http/encode-signature.ts'
import { createOriginApp } from '../../src/origin/app.ts'
import { readConfig } from '../../src/origin/config.ts'
import { Originals } from '../../src/origin/originals.ts'
import { startServer } from '../../src/origin/server.ts'
import { fakeEncode, plainPng } from './fixtures.ts'

const config = readConfig({ ORIGIN_PORT: '0' })
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const filled = (value: number, length = 10) => new Uint8Array(length).fill(value)
const missing = expect.objectContaining({ code: 'INPUT_EMPTY' })

describe('originals', () => {
  it('are kept up to a number of bytes, those that were used last', async () => {
    const originals = new Originals(30)
    const [a, b, c, d] = [filled(1), filled(2), filled(3), filled(4)]
    for (const original of [a, b, c]) await originals.receive(hashOf(original), async () => original)
    expect(await originals.require(hashOf(a))).toBe(a)
    await originals.receive(hashOf(d), async () => d)
    await expect(originals.require(hashOf(b))).rejects.toEqual(missing)
    for (const original of [a, c, d]) expect(await originals.require(hashOf(original))).toBe(original)
    await originals.receive(hashOf(d), async () => d)
    expect(await originals.require(hashOf(a))).toBe(a)
    const large = filled(5, 31)
    expect(await originals.receive(hashOf(large), async () => large)).toBe(large)
    await expect(originals.require(hashOf(large))).rejects.toEqual(missing)
    expect(await originals.require(hashOf(a))).toBe(a)
  })

  it('are waited for while somebody sends them', async () => {
    const originals = new Originals(30)
    const original = filled(1)
    let send = (_: Uint8Array) => {}
    const body = new Promise<Uint8Array>((resolve) => {
      send = resolve
    })
    const receiving = originals.receive(hashOf(original), () => body)
    const waiting = originals.require(hashOf(original))
    send(original)
    expect(await waiting).toBe(original)
    expect(await receiving).toBe(original)
  })

  it('are not kept when they are others than their hash says, break off, or none are to be kept', async () => {
    const originals = new Originals(30)
    const [original, forged] = [filled(1), filled(2)]
    const receiving = originals.receive(hashOf(original), async () => forged)
    await expect(originals.require(hashOf(original))).rejects.toEqual(missing)
    expect(await receiving).toBe(forged)
    const broken = originals.receive(hashOf(original), () => Promise.reject(new Error('gone')))
    await expect(originals.require(hashOf(original))).rejects.toEqual(missing)
    await expect(broken).rejects.toThrow('gone')
    const none = new Originals(0)
    await none.receive(hashOf(original), async () => original)
    await expect(none.require(hashOf(original))).rejects.toEqual(missing)
  })
})

describe('POST /render without a body', () => {
  it('renders the original that was sent before, over HTTP', async () => {
    const server = await startServer(createOriginApp({ encode: fakeEncode, config }), config)
    try {
      const png = await plainPng(64, 48)
      const headers = { 'Strata-Content-SHA256': hashOf(png) }
      const ask = (width: number, body?: Uint8Array<ArrayBuffer>) =>
        fetch(`${server.url}/render?w=${width}&f=webp`, { method: 'POST', headers, ...(body && { body }) })
      const unknown = await ask(10)
      expect([unknown.status, await unknown.json()]).toMatchObject([400, { error: { code: 'INPUT_EMPTY' } }])
      expect((await ask(20, png)).status).toBe(200)
      const kept = await ask(30)
      expect([kept.status, kept.headers.get('strata-size')]).toEqual([200, '30x23'])
      const { width, format } = await sharp(new Uint8Array(await kept.arrayBuffer())).metadata()
      expect([width, format]).toEqual([30, 'webp'])
    } finally {
      await server.close()
    }
  })

  it('asks for the signature of its hash where a key is set', async () => {
    const app = createOriginApp({ encode: fakeEncode, config: { ...config, key: 'a key' } })
    const png = await plainPng()
    const ask = async (contentSha256: string, body?: Uint8Array<ArrayBuffer>, key = 'a key') => {
      const timestamp = String(Math.floor(Date.now() / 1000))
      const signature = await signEncodeRequest(key, { timestamp, search: '?w=10', contentSha256 })
      const headers = {
        'Strata-Timestamp': timestamp,
        'Strata-Content-SHA256': contentSha256,
        'Strata-Signature': signature,
      }
      return (await app.request('/render?w=10', { method: 'POST', headers, ...(body && { body }) })).status
    }
    expect(await ask(hashOf(png), png)).toBe(200)
    expect(await ask(hashOf(png))).toBe(200)
    expect(await ask(hashOf(png), undefined, 'another')).toBe(401)
    const other = await plainPng(5, 5)
    expect(await ask(hashOf(other), png)).toBe(401)
    expect(await ask(hashOf(other))).toBe(400)
  })
})

describe('a line of awaited pictures', () => {
  it('is made in a hurry where at least as many wait as are made, and with care where not', async () => {
    const hurried: boolean[] = []
    let go = () => {}
    const told = new Promise<void>((resolve) => {
      go = resolve
    })
    const app = createOriginApp({
      encode: fakeEncode,
      config: { ...config, renders: 1 },
      render: async (_, plan) => {
        hurried.push(plan.hurried)
        await told
        return filled(1)
      },
    })
    const png = await plainPng()
    const post = (query: string) => app.request(`/render?${query}`, { method: 'POST', body: png })
    const asked = ['w=1&wait=1', 'w=2&wait=1', 'w=3&wait=1'].map(post)
    await expect.poll(() => hurried.length).toBe(1)
    go()
    for (const response of asked) expect((await response).status).toBe(200)
    expect(hurried.slice(1)).toEqual([true, false])
    expect((await post('w=4&wait=0')).status).toBe(200)
    expect(hurried[3]).toBe(false)
  })
})
