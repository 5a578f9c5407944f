import jpeg from 'jpeg-js'
import type { Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RgbImage } from '../../src/core/image.ts'
import { truncateToLayer } from '../../src/format/ranges.ts'
import { readHeader } from '../../src/format/reader.ts'
import type { LayerInfo } from '../../src/format/types.ts'
import { encode } from '../codec/compass/harness.ts'
import { startWorker } from '../exactness/workerd.ts'
import { gradient, photo, psnr } from '../pictures.ts'

/** The transcoder Worker, and the same on ONNX Runtime. */
const ENGINES = ['src/transcoder.ts', 'src/transcoder-onnx.ts'] as const

describe('the engines of the transcoder Worker', () => {
  const workers: Miniflare[] = []
  let file: Uint8Array
  let layers: readonly LayerInfo[]

  beforeAll(async () => {
    file = await encode(photo(331, 270), [83, 165, { width: 331, quality: 80 }])
    ;({ layers } = readHeader(file))
    for (const entry of ENGINES) workers.push(await startWorker(entry))
  })

  afterAll(async () => {
    for (const worker of workers) await worker.dispose()
  })

  /** What each engine answers to the same request. */
  async function answers(query: string, body: Uint8Array) {
    const found = []
    for (const worker of workers) {
      const response = await worker.dispatchFetch(`http://worker/transcode?${query}`, {
        method: 'POST',
        body,
      })
      found.push({ status: response.status, bytes: Buffer.from(await response.arrayBuffer()) })
    }
    return found as [(typeof found)[number], (typeof found)[number]]
  }

  async function expectAlike(query: string, body: Uint8Array, leastDb = 50): Promise<void> {
    const [ours, theirs] = await answers(query, body)
    expect([ours.status, theirs.status]).toEqual([200, 200])
    expect(psnr(pictureOf(ours.bytes), pictureOf(theirs.bytes))).toBeGreaterThan(leastDb)
  }

  it('are healthy: their models load', async () => {
    for (const worker of workers) {
      const response = await worker.dispatchFetch('http://worker/health')
      expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }])
    }
  })

  // Before the JPEG writer samples differ by at most 1, which the tests of exactness see to.
  it.each([0, 1, 2])('make the same picture of layer %i', async (index) => {
    const { width, height } = layers[index]!
    const query = `layer=${index}&w=${width}&h=${height}&q=100&f=jpeg&ht=1`
    await expectAlike(query, truncateToLayer(file, index))
  })

  it('make the same picture of part of a layer', async () => {
    await expectAlike('layer=2&w=120&h=80&q=100&f=jpeg&ht=1&fit=cover', file)
  })

  it('hide the same picture in a thumbnail', async () => {
    const { width, height } = layers[1]!
    // Where samples differ by 1, the quantization tables, which are predicted of them, may differ by a step.
    await expectAlike(`layer=2&w=${width}&h=${height}&q=90&f=jpeg&ht=2`, file, 45)
  })

  it('refuse a damaged file alike, and go on', async () => {
    const damaged = file.slice()
    damaged.fill(0x5a, layers[0]!.end - 40, layers[0]!.end)
    const { width, height } = layers[0]!
    const query = `layer=0&w=${width}&h=${height}&q=90&f=jpeg&ht=1`
    const [ours, theirs] = await answers(query, truncateToLayer(damaged, 0))
    expect(ours.status).toBeGreaterThanOrEqual(400)
    expect(theirs).toEqual(ours)
    const [after] = await answers(query, truncateToLayer(file, 0))
    expect(after.status).toBe(200)
  })

  it('refuse layers that do not fit into their memory: on ONNX Runtime those wider than 2560 pixels', async () => {
    const wide = await encode(gradient(2624, 256), [2624])
    const [ours, theirs] = await answers('layer=0&w=2624&h=256&q=75&f=jpeg&ht=1', wide)
    expect([ours.status, theirs.status]).toEqual([200, 413])
    expect(JSON.parse(theirs.bytes.toString()).error.code).toBe('INPUT_TOO_LARGE')
  })

  it('make one picture after the other when many are asked for at once', async () => {
    const { width, height } = layers[1]!
    const query = `layer=1&w=${width}&h=${height}&q=90&f=jpeg&ht=1`
    const prefix = truncateToLayer(file, 1)
    const alone = await answers(query, prefix)
    expect(alone.map(({ status }) => status)).toEqual([200, 200])
    for (const answer of await Promise.all([1, 2, 3, 4].map(() => answers(query, prefix)))) {
      expect(answer).toEqual(alone)
    }
  })
})

function pictureOf(file: Uint8Array): RgbImage {
  const { width, height, data } = jpeg.decode(file, { formatAsRGBA: false, useTArray: true })
  return { width, height, data }
}
