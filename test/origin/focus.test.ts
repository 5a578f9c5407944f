import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { FOCUS_HEADER } from '../../src/format/preview.ts'
import { createOriginApp } from '../../src/origin/app.ts'
import { readConfig } from '../../src/origin/config.ts'
import { fakeEncode, plainPng } from './fixtures.ts'

const app = createOriginApp({ encode: fakeEncode, config: readConfig({}) })
const post = async (path: string, body: Uint8Array) =>
  await app.request(path, { method: 'POST', body: body as Uint8Array<ArrayBuffer> })

/** Grey, with red stripes at the right edge. */
async function striped(): Promise<Uint8Array> {
  const [width, height] = [600, 200]
  const data = new Uint8Array(3 * width * height).fill(120)
  for (let at = 0; at < width * height; at++) {
    const x = at % width
    if (x >= 520 && x < 580) data.set(x % 8 < 4 ? [230, 40, 30] : [90, 10, 20], 3 * at)
  }
  return await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
}

describe('the focus of a picture', () => {
  it('comes with its encoding', async () => {
    const response = await post('/encode?coding=compass', await striped())
    expect(response.status).toBe(200)
    const [x, y] = (response.headers.get(FOCUS_HEADER) ?? '').split(',').map(Number)
    expect(x).toBeGreaterThan(0.8)
    expect(y).toBeLessThanOrEqual(1)
  })

  it('is not looked for where the ladder is refused: the damaged picture is not decoded', async () => {
    const png = await plainPng()
    const response = await post('/encode?widths=9000', png.subarray(0, png.length - 20))
    const { error } = (await response.json()) as { error: { code: string } }
    expect([response.status, error.code]).toEqual([400, 'PARAM_INVALID'])
  })

  it('is missing where the picture has one colour', async () => {
    const flat = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#abc' } })
      .png()
      .toBuffer()
    const response = await post('/encode?coding=compass', flat)
    expect([response.status, response.headers.has(FOCUS_HEADER)]).toEqual([200, false])
  })

  it('is what a render with focus=auto is cut around', async () => {
    const shown = async (query: string) => {
      const response = await post(`/render?w=60&h=60&fit=cover&f=png&${query}`, await striped())
      expect(response.status).toBe(200)
      const { channels } = await sharp(await response.arrayBuffer()).stats()
      return channels[0]!.stdev
    }
    expect(await shown('focus=auto')).toBeGreaterThan(10)
    expect(await shown('')).toBeLessThan(1)
  })

  it('is refused where it is neither auto nor a point', async () => {
    const response = await post('/render?focus=face', await plainPng(30, 20))
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('auto, or x,y')
  })
})
