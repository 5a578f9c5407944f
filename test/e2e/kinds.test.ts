import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chart } from '../../src/bench/pictures/kinds/graphics.ts'
import { photo } from '../pictures.ts'
import { type OriginProcess, startEdge, startOrigin, until } from './real.ts'

const CLIENTS = {
  browser: 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
  old: '*/*',
} as const

const COLOURS = ['#000000', '#ffffff', '#ff0000', '#00ff00', '#0000ff', '#1a73e8', '#fbbc04', '#7f7f80']

interface Sent {
  readonly status: number
  readonly type: string | null
  readonly plan: string
  readonly body: Uint8Array
}

async function get(address: string, accept: string): Promise<Sent> {
  const { status, headers, ...response } = await answer(address, accept)
  return {
    status,
    type: headers.get('Content-Type'),
    plan: headers.get('Strata-Plan')?.split(';')[0] ?? '',
    body: response.body,
  }
}

async function answer(address: string, accept: string) {
  const response = await fetch(address, { headers: { Accept: accept } })
  const body = new Uint8Array(await response.arrayBuffer())
  return { status: response.status, headers: response.headers, body }
}

describe('pictures of other kinds than photographs', { timeout: 240_000 }, () => {
  let origin: OriginProcess
  let edge: Awaited<ReturnType<typeof startEdge>>

  beforeAll(async () => {
    origin = await startOrigin()
    edge = await startEdge(origin.url)
  }, 240_000)
  afterAll(async () => {
    await edge?.stop()
    await origin?.stop()
  }, 60_000)

  async function upload(id: string, body: Uint8Array): Promise<string> {
    const address = `${edge.url}${id}`
    const response = await fetch(address, { method: 'PUT', body: new Uint8Array(body) })
    expect([id, response.status, await response.json()]).toEqual([id, 202, expect.anything()])
    await until(address, ({ state }) => state === 'ready' || state === 'failed')
    return address
  }

  it('flat colours are exact within 2, from 1x1 to 200x200', async () => {
    const sides = [1, 2, 3, 8, 16, 31, 64, 65, 100, 200]
    for (const [i, side] of sides.entries()) {
      const background = COLOURS[i % COLOURS.length]!
      const create = { width: side, height: side, channels: 3, background } as const
      const file = await sharp({ create }).png().toBuffer()
      const address = await upload(`swatch-${side}`, file)
      const wanted = await sharp(file).raw().toBuffer()
      for (const width of new Set([side, Math.ceil(side / 2)])) {
        for (const accept of Object.values(CLIENTS)) {
          const { status, body } = await get(`${address}?w=${width}`, accept)
          expect([side, width, status]).toEqual([side, width, 200])
          const { data, info } = await sharp(body)
            .removeAlpha()
            .toColourspace('srgb')
            .raw()
            .toBuffer({ resolveWithObject: true })
          expect([info.width, info.channels]).toEqual([width, 3])
          const off = data.reduce((most, value, at) => Math.max(most, Math.abs(value - wanted[at % 3]!)), 0)
          expect(off, `${background} ${side} at ${width} for ${accept}`).toBeLessThanOrEqual(2)
        }
      }
    }
  })

  it('several flat colours in one picture are exact within 2 as well', async () => {
    const cell = 50
    const pixels = new Uint8Array(3 * 200 * 100)
    const colourAt = (x: number, y: number) =>
      Number.parseInt(COLOURS[4 * Math.floor(y / cell) + Math.floor(x / cell)]!.slice(1), 16)
    for (let y = 0; y < 100; y++) {
      for (let x = 0; x < 200; x++) {
        const colour = colourAt(x, y)
        pixels.set([colour >> 16, (colour >> 8) & 255, colour & 255], 3 * (200 * y + x))
      }
    }
    const raw = { width: 200, height: 100, channels: 3 } as const
    const address = await upload('swatches', await sharp(pixels, { raw }).png().toBuffer())
    for (const accept of Object.values(CLIENTS)) {
      const { body } = await get(`${address}?w=200`, accept)
      const data = await sharp(body).removeAlpha().raw().toBuffer()
      for (let index = 0; index < COLOURS.length; index++) {
        const [x, y] = [(index % 4) * cell + cell / 2, Math.floor(index / 4) * cell + cell / 2]
        const at = 3 * (200 * y + x)
        const off = Math.max(...[0, 1, 2].map((c) => Math.abs(data[at + c]! - pixels[at + c]!)))
        expect(off, `${COLOURS[index]} for ${accept}`).toBeLessThanOrEqual(2)
      }
    }
  })

  describe('nothing is larger than the original where the client takes that', () => {
    it('of a PNG of a few kilobytes', async () => {
      const { width, height, data } = chart(480, 300)
      const raw = { width, height, channels: 3 } as const
      const file = await sharp(data, { raw })
        .png({ palette: true, compressionLevel: 9, effort: 10 })
        .toBuffer()
      const address = await upload('small-png', file)
      for (const accept of Object.values(CLIENTS)) {
        const { status, body } = await get(`${address}?w=${width}`, accept)
        expect(status).toBe(200)
        expect(body.length, accept).toBeLessThanOrEqual(file.length)
        expect(await sharp(body).metadata()).toMatchObject({ width, height })
      }
    })

    it('of a JPEG of the worst quality, whose metadata does not leave', async () => {
      const { width, height, data } = photo(640, 427, 3)
      const raw = { width, height, channels: 3 } as const
      const file = await sharp(data, { raw })
        .withExif({ IFD0: { Artist: 'Somebody' } })
        .jpeg({ quality: 8 })
        .toBuffer()
      expect(file.includes('Somebody')).toBe(true)
      const address = await upload('bad-jpeg', file)
      for (const accept of Object.values(CLIENTS)) {
        const { status, body, type, plan } = await get(`${address}?w=${width}`, accept)
        expect(status).toBe(200)
        expect(body.length, `${accept}: ${plan} ${type}`).toBeLessThanOrEqual(file.length)
        expect(Buffer.from(body).includes('Somebody')).toBe(false)
        expect(await sharp(body).metadata()).toMatchObject({ width, height })
      }
    })
  })

  it('a page of 1200x20000 holds up nobody else', async () => {
    const [width, height] = [1200, 20_000]
    const row = (y: number) => 255 - 40 * (Math.floor(y / 40) % 5)
    const grey = new Uint8Array(width * height).map((_, at) => row(Math.floor(at / width)))
    const tall = await sharp(grey, { raw: { width, height, channels: 1 } })
      .png()
      .toBuffer()
    const { data, ...size } = photo(320, 214, 5)
    const small = await sharp(data, { raw: { ...size, channels: 3 } })
      .png()
      .toBuffer()
    const smallAddress = await upload('beside', small)
    const put = await fetch(`${edge.url}tall?widths=1200`, { method: 'PUT', body: new Uint8Array(tall) })
    expect(put.status).toBe(202)
    const large = [1200, 1000].map((w) => get(`${edge.url}tall?w=${w}`, CLIENTS.old))
    await sleep(50)
    const misses = Array.from({ length: 40 }, (_, i) =>
      get(`${smallAddress}?w=${100 + 5 * i}`, CLIENTS.browser),
    )
    const sizes = await Promise.all(
      (await Promise.all(misses)).map(async ({ status, body }) => [
        status,
        (await sharp(body).metadata()).width,
      ]),
    )
    expect(sizes).toEqual(Array.from({ length: 40 }, (_, i) => [200, 100 + 5 * i]))
    for (const { status } of await Promise.all(large)) expect([200, 202, 503]).toContain(status)
    await until(`${edge.url}tall`, ({ state }) => state === 'ready')
    const sent = await get(`${edge.url}tall?w=1200`, CLIENTS.browser)
    expect([sent.status, sent.body.length <= 1.1 * tall.length]).toEqual([200, true])
    expect(await sharp(sent.body).metadata()).toMatchObject({ width, height })
  })
})
