import jpeg from 'jpeg-js'
import { describe, expect, it } from 'vitest'
import { StrataError } from '../../src/core/errors.ts'
import type { RgbImage } from '../../src/core/image.ts'
import type { DecodeRows } from '../../src/edge/transcode.ts'
import { createTranscodeApp } from '../../src/edge/transcode-app.ts'
import { truncateToLayer } from '../../src/format/ranges.ts'
import { readHeader } from '../../src/format/reader.ts'
import { writeStrata } from '../../src/format/writer.ts'
import { sampleParts } from '../format/files.ts'
import { gradient } from '../pictures.ts'

const ladder = [100, 201].map((width) => ({ width, quality: 60 }))
const file = writeStrata(sampleParts(201, 600, ladder))
const { layers } = readHeader(file)

/** Gives the rows of a gradient instead of decoding anything. */
const decodeGradient: DecodeRows = async function* decode(bytes, { layer }) {
  const { width, height } = readHeader(bytes).layers[layer] ?? { width: 0, height: 0 }
  const { data } = gradient(width, height)
  for (let y = 0; y < height; y += 256) {
    const rows = Math.min(256, height - y)
    yield { width, height: rows, data: data.subarray(3 * width * y, 3 * width * (y + rows)) }
  }
}

function post(query: string, body: Uint8Array | undefined = file, decodeRows = decodeGradient) {
  return createTranscodeApp({ decodeRows }).request(`/transcode?${query}`, { method: 'POST', body })
}

const errorOf = async (response: Response) => ((await response.json()) as { error: { code: string } }).error

describe('the transcoder', () => {
  it.each([0, 1])('makes a JPEG of layer %i from its prefix', async (layer) => {
    const { width = 0, height = 0 } = layers[layer] ?? {}
    const response = await post(
      `layer=${layer}&w=${width}&h=${height}&q=90&ht=1`,
      truncateToLayer(file, layer),
    )
    expect(response.headers.get('Content-Type')).toBe('image/jpeg')
    const picture = jpeg.decode(new Uint8Array(await response.arrayBuffer()), { formatAsRGBA: false })
    expect([picture.width, picture.height]).toEqual([width, height])
    expect(meanError(picture, gradient(width, height))).toBeLessThan(4)
  })

  it.each([
    ['layer=1&w=201&h=600&q=75&ht=1', 'FORMAT_TRUNCATED', truncateToLayer(file, 0)],
    ['layer=7&w=201&h=600&q=75&ht=1', 'FORMAT_TRUNCATED', file],
    ['layer=0&w=100&h=299&q=75&ht=1', 'FORMAT_MAGIC', new TextEncoder().encode('no such file '.repeat(20))],
    ['layer=0&w=101&h=299&q=75&ht=1', 'PARAM_INVALID', file],
    ['layer=0&w=100&h=299&q=75&ht=2', 'PARAM_INVALID', file],
    ['layer=0&w=100&h=299&q=0&ht=1', 'PARAM_INVALID', file],
    ['layer=-1&w=100&h=299&q=75&ht=1', 'PARAM_INVALID', file],
    ['layer=0', 'PARAM_INVALID', file],
    ['', 'PARAM_INVALID', file],
  ])('refuses ?%s: %s', async (query, code, body) => {
    const response = await post(query, body)
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(response.status).toBeLessThan(500)
    expect((await errorOf(response)).code).toBe(code)
  })

  it('answers with an error, not half a picture, when the last strip fails', async () => {
    const failing: DecodeRows = async function* decode(bytes, options) {
      for await (const strip of decodeGradient(bytes, options)) {
        yield strip
        throw new StrataError('ENTROPY_CORRUPT', 'strip 1')
      }
    }
    const response = await post('layer=1&w=201&h=600&q=75&ht=1', file, failing)
    expect(response.status).toBe(422)
    expect((await errorOf(response)).code).toBe('ENTROPY_CORRUPT')
  })

  it('decodes one picture at a time', async () => {
    let running = 0
    let most = 0
    const counted: DecodeRows = async function* decode(bytes, options) {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, 5))
      yield* decodeGradient(bytes, options)
      running--
    }
    const app = createTranscodeApp({ decodeRows: counted })
    const url = '/transcode?layer=0&w=100&h=299&q=75&ht=1'
    const jobs = Array.from({ length: 6 }, () => app.request(url, { method: 'POST', body: file }))
    expect((await Promise.all(jobs)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200])
    expect(most).toBe(1)
  })

  it('knows its addresses and methods', async () => {
    const app = createTranscodeApp({ decodeRows: decodeGradient })
    expect((await app.request('/health')).status).toBe(200)
    expect((await app.request('/other')).status).toBe(404)
    const wrong = await app.request('/transcode')
    expect([wrong.status, wrong.headers.get('Allow')]).toEqual([405, 'POST'])
  })
})

function meanError(a: { readonly data: ArrayLike<number> }, b: RgbImage): number {
  let sum = 0
  for (let i = 0; i < b.data.length; i++) sum += Math.abs((a.data[i] ?? 0) - (b.data[i] ?? 0))
  return sum / b.data.length
}
