import jpeg from 'jpeg-js'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { StrataError } from '../../../src/core/errors.ts'
import { type RgbImage, rgbImage } from '../../../src/core/image.ts'
import { createTranscodeApp } from '../../../src/edge/transcoder/app.ts'
import { createJpegEncoder } from '../../../src/edge/transcoder/encoders/jpeg.ts'
import type { DecodeRows, TranscodeParts } from '../../../src/edge/transcoder/transcode-layer.ts'
import { truncateToLayer } from '../../../src/format/ranges.ts'
import { readHeader } from '../../../src/format/reader.ts'
import { writeStrata } from '../../../src/format/writer.ts'
import { createFramer } from '../../../src/pixels/frame.ts'
import { createResampler, type ResampleOptions } from '../../../src/pixels/resample.ts'
import { sampleParts } from '../../format/files.ts'
import { gradient } from '../../pictures.ts'

const ladder = [100, 201].map((width) => ({ width, quality: 60 }))
const file = writeStrata(sampleParts(201, 600, ladder))
const { layers } = readHeader(file)

const encoders = { jpeg: createJpegEncoder() }

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
  return createTranscodeApp({ decodeRows, encoders }).request(`/transcode?${query}`, { method: 'POST', body })
}

const errorOf = async (response: Response) => ((await response.json()) as { error: { code: string } }).error

describe('the transcoder', () => {
  it.each([0, 1])('makes a JPEG of layer %i from its prefix', async (layer) => {
    const { width = 0, height = 0 } = layers[layer] ?? {}
    const response = await post(
      `layer=${layer}&w=${width}&h=${height}&q=90&f=jpeg&ht=1`,
      truncateToLayer(file, layer),
    )
    expect(response.headers.get('Content-Type')).toBe('image/jpeg')
    const picture = jpeg.decode(new Uint8Array(await response.arrayBuffer()), { formatAsRGBA: false })
    expect([picture.width, picture.height]).toEqual([width, height])
    expect(meanError(picture, gradient(width, height))).toBeLessThan(4)
  })

  it('logs a failure under the trace of the request, and no forged one', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    onTestFinished(() => log.mockRestore())
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
    const app = createTranscodeApp({
      encoders,
      // biome-ignore lint/correctness/useYield: it fails before its first rows
      async *decodeRows() {
        throw new Error('a defect')
      },
    })
    for (const traceparent of [`00-${traceId}-00f067aa0ba902b7-01`, `ff-${traceId}-00f067aa0ba902b7-01`]) {
      const request = { method: 'POST', body: file, headers: { traceparent } }
      const response = await app.request('/transcode?layer=1&w=201&h=600&q=90&f=jpeg&ht=1', request)
      expect(response.status).toBeGreaterThanOrEqual(500)
    }
    const lines = log.mock.calls.map(([line]) => JSON.parse(String(line)) as Record<string, unknown>)
    expect(lines.map((line) => line.traceId)).toEqual([traceId, undefined])
  })

  it('resizes with the resampler that it is given', async () => {
    const asked: ResampleOptions[] = []
    const parts: TranscodeParts = {
      decodeRows: decodeGradient,
      encoders,
      createResampler(options) {
        asked.push(options)
        return createResampler(options)
      },
    }
    const query = 'layer=1&w=13&h=40&q=95&f=jpeg&ht=1'
    const request = { method: 'POST', body: file }
    const response = await createTranscodeApp(parts).request(`/transcode?${query}`, request)
    expect(asked).toEqual([expect.objectContaining({ width: 201, height: 600, outWidth: 13, outHeight: 40 })])
    const same = await post(query)
    expect(await response.arrayBuffer()).toEqual(await same.arrayBuffer())
  })

  it.each([
    ['w=13&h=40', { width: 13, height: 40 }],
    ['w=100&h=50&fit=cover', { width: 100, height: 50 }],
    ['w=300&h=300&fit=contain&bg=0000ff', { width: 300, height: 300 }],
  ])('makes a JPEG of exactly the box: ?%s', async (frame, { width, height }) => {
    const response = await post(`layer=1&${frame}&q=95&f=jpeg&ht=1`)
    expect(response.status).toBe(200)
    const picture = jpeg.decode(new Uint8Array(await response.arrayBuffer()), { formatAsRGBA: false })
    expect([picture.width, picture.height]).toEqual([width, height])
    const fit = frame.includes('cover') ? 'cover' : frame.includes('bg') ? 'pad' : 'fill'
    const framer = createFramer({
      from: { width: 201, height: 600 },
      to: { width, height },
      fit,
      background: [0, 0, 255],
    })
    const expected = rgbImage(width, height, framer.write(gradient(201, 600).data) ?? new Uint8Array())
    expect(meanError(picture, expected)).toBeLessThan(4)
  })

  it.each([
    ['layer=1&w=202&h=600&q=75&f=jpeg&ht=1&fit=cover', 'PARAM_INVALID', file],
    ['layer=1&w=201&h=601&q=75&f=jpeg&ht=1&fit=contain', 'PARAM_INVALID', file],
    ['layer=1&w=100&h=100&q=75&f=jpeg&ht=1&fit=fill', 'PARAM_INVALID', file],
    ['layer=1&w=100&h=100&q=75&f=jpeg&ht=1&fit=contain&bg=blue', 'PARAM_INVALID', file],
    ['layer=1&w=201&h=600&q=75&f=jpeg&ht=1', 'FORMAT_TRUNCATED', truncateToLayer(file, 0)],
    ['layer=7&w=201&h=600&q=75&f=jpeg&ht=1', 'FORMAT_TRUNCATED', file],
    [
      'layer=0&w=100&h=299&q=75&f=jpeg&ht=1',
      'FORMAT_MAGIC',
      new TextEncoder().encode('no such file '.repeat(20)),
    ],
    ['layer=0&w=101&h=299&q=75&f=jpeg&ht=1', 'PARAM_INVALID', file],
    ['layer=0&w=100&h=299&q=75&f=jpeg&ht=2', 'PARAM_INVALID', file],
    ['layer=0&w=100&h=299&q=0&f=jpeg&ht=1', 'PARAM_INVALID', file],
    ['layer=-1&w=100&h=299&q=75&f=jpeg&ht=1', 'PARAM_INVALID', file],
    ['layer=0', 'PARAM_INVALID', file],
    ['', 'PARAM_INVALID', file],
  ])('refuses ?%s: %s', async (query, code, body) => {
    const response = await post(query, body)
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(response.status).toBeLessThan(500)
    expect((await errorOf(response)).code).toBe(code)
  })

  it('gives the rescaler the layer and the size of a lower one', async () => {
    const asked: unknown[] = []
    const rescaler: NonNullable<TranscodeParts['rescaler']> = async () => ({
      factor: 2,
      async embed(rows, { high, low, quality }) {
        let received = 0
        for await (const strip of rows) received += strip.height
        asked.push({ high: [high.width, high.height], low, quality, received })
        return Uint8Array.of(1, 2, 3)
      },
    })
    const app = createTranscodeApp({ decodeRows: decodeGradient, encoders, rescaler })
    const send = (query: string) => app.request(`/transcode?${query}`, { method: 'POST', body: file })
    const { width = 0, height = 0 } = layers[0] ?? {}
    const response = await send(`layer=1&w=${width}&h=${height}&q=60&f=jpeg&ht=2`)
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(Uint8Array.of(1, 2, 3))
    expect(asked).toEqual([{ high: [201, 600], low: { width, height }, quality: 60, received: 600 }])
    for (const query of [
      'layer=1&w=201&h=600&q=60&f=jpeg&ht=2',
      'layer=1&w=100&h=7&q=60&f=jpeg&ht=2',
      'layer=1&w=100&h=299&q=60&f=jpeg&ht=4',
      'layer=1&w=100&h=100&q=60&f=jpeg&ht=2&fit=cover',
    ]) {
      expect((await errorOf(await send(query))).code).toBe('PARAM_INVALID')
    }
  })

  it('answers with an error, not half a picture, when the last strip fails', async () => {
    const failing: DecodeRows = async function* decode(bytes, options) {
      for await (const strip of decodeGradient(bytes, options)) {
        yield strip
        throw new StrataError('ENTROPY_CORRUPT', 'strip 1')
      }
    }
    const response = await post('layer=1&w=201&h=600&q=75&f=jpeg&ht=1', file, failing)
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
    const app = createTranscodeApp({ decodeRows: counted, encoders })
    const url = '/transcode?layer=0&w=100&h=299&q=75&f=jpeg&ht=1'
    const jobs = Array.from({ length: 6 }, () => app.request(url, { method: 'POST', body: file }))
    expect((await Promise.all(jobs)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200])
    expect(most).toBe(1)
  })

  it('refuses other addresses and methods', async () => {
    const app = createTranscodeApp({ decodeRows: decodeGradient, encoders })
    expect((await app.request('/health')).status).toBe(200)
    expect((await app.request('/other')).status).toBe(404)
    const wrong = await app.request('/transcode')
    expect([wrong.status, wrong.headers.get('Allow')]).toEqual([405, 'POST'])
    const posted = await app.request('/health', { method: 'POST' })
    expect([posted.status, posted.headers.get('Allow')]).toEqual([405, 'GET, HEAD'])
  })
})

function meanError(a: { readonly data: ArrayLike<number> }, b: RgbImage): number {
  let sum = 0
  for (let i = 0; i < b.data.length; i++) sum += Math.abs((a.data[i] ?? 0) - (b.data[i] ?? 0))
  return sum / b.data.length
}
