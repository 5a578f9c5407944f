import { describe, expect, it } from 'vitest'
import { MAX_DECODED_PIXELS, MAX_EMBEDDED_PIXELS } from '../../../src/core/limits/table.ts'
import { createTranscodeApp } from '../../../src/edge/transcoder/app.ts'
import { costOf } from '../../../src/edge/transcoder/cost.ts'
import { createJpegEncoder } from '../../../src/edge/transcoder/encoders/jpeg.ts'
import type { DecodeRows, TranscodeParts } from '../../../src/edge/transcoder/transcode-layer.ts'
import type { TranscodeRequest } from '../../../src/edge/transcoder/transcoder.ts'
import { toQuery } from '../../../src/edge/transcoder/wire.ts'
import { readHeader } from '../../../src/format/reader.ts'
import { writeStrata } from '../../../src/format/writer.ts'
import { sampleParts } from '../../format/files.ts'

/** A file with one layer of this size. */
const fileOf = (width: number, height: number) =>
  writeStrata(sampleParts(width, height, [{ width, quality: 60 }]))

const SMALL = fileOf(300, 200)
const TALL = fileOf(400, 10000)
const REQUEST = { layer: 0, quality: 75, format: 'jpeg', ht: 1 } as const
const SMALL_REQUEST: TranscodeRequest = { ...REQUEST, width: 300, height: 200 }
const TALL_REQUEST: TranscodeRequest = { ...REQUEST, width: 40, height: 1000 }

/** A transcoder that gives grey strips instead of decoding anything, and the strips that it was asked for. */
function observed(parts: Partial<TranscodeParts> = {}) {
  const log: string[] = []
  const decodeRows: DecodeRows = async function* decode(bytes, { layer }) {
    const { width = 0, height = 0 } = readHeader(bytes).layers[layer] ?? {}
    for (let y = 0; y < height; y += 256) {
      log.push(`${width}x${height} at ${y}`)
      const rows = Math.min(256, height - y)
      yield { width, height: rows, data: new Uint8Array(3 * width * rows).fill(128) }
    }
  }
  const app = createTranscodeApp({ decodeRows, encoders: { jpeg: createJpegEncoder() }, ...parts })
  const post = async (file: Uint8Array, request: TranscodeRequest, claimed: number | undefined) =>
    await app.request(`/transcode?${toQuery(request, claimed)}`, { method: 'POST', body: file })
  const send = async (file: Uint8Array, request: TranscodeRequest) =>
    await post(file, request, costOf(readHeader(file).layers, request))
  return { log, post, send }
}

const codeOf = async (response: Response) =>
  ((await response.json()) as { error: { code: string } }).error.code

describe('a transcoder with much to do', () => {
  it('makes small pictures between the strips of a tall one', async () => {
    const { log, send } = observed()
    const answers = [
      send(TALL, TALL_REQUEST),
      ...Array.from({ length: 30 }, () => send(SMALL, SMALL_REQUEST)),
    ]
    expect(new Set((await Promise.all(answers)).map(({ status }) => status))).toEqual(new Set([200]))
    // The tall one came first, so it begins; from then on one is made after each of its strips.
    const smalls = log.flatMap((entry, at) => (entry.startsWith('300x200') ? [at] : []))
    expect(smalls).toEqual(Array.from({ length: 30 }, (_, i) => 2 * i + 1))
    expect(log).toHaveLength(Math.ceil(10000 / 256) + 30)
  })

  it('stops no decoder that is too large to lie beside another', async () => {
    const { log, send } = observed()
    const wide = fileOf(2049, 1500)
    await Promise.all([send(wide, { ...REQUEST, width: 20, height: 15 }), send(SMALL, SMALL_REQUEST)])
    expect(log.indexOf('300x200 at 0')).toBe(log.length - 1)
  })

  it('answers 200 requests at once: what waits has a bound in pixels, and the others hear when to come', async () => {
    const { log, post } = observed()
    const ask = async () => await post(SMALL, SMALL_REQUEST, 1000)
    const answers = await Promise.all(Array.from({ length: 200 }, ask))
    const made = answers.filter(({ status }) => status === 200)
    const busy = answers.filter(({ status }) => status === 503)
    expect([made.length, busy.length, log.length]).toEqual([1 + 40_000 / 1000, 159, 41])
    for (const { headers } of busy) expect(headers.get('Retry-After')).toBe('7')
    expect(await codeOf(busy[0]!)).toBe('TRANSCODE_BUSY')
    expect((await ask()).status).toBe(200)
  })

  it('says a time to come again that grows with what waits', async () => {
    const retryAfter = async (cost: number) => {
      const { post } = observed()
      const answers = await Promise.all([1, 2, 3].map(() => post(SMALL, SMALL_REQUEST, cost)))
      return answers.map(({ headers }) => headers.get('Retry-After'))
    }
    // One is made, one waits, one is refused: 6,500 kilopixels take a second.
    expect(await retryAfter(65_000)).toEqual([null, null, '20'])
    expect(await retryAfter(130_000)).toEqual([null, null, '40'])
    expect(await retryAfter(999_999)).toEqual([null, null, '120'])
  })

  it('refuses a caller who claims a far too small cost, before anything is decoded', async () => {
    const { log, post } = observed()
    const cost = costOf(readHeader(TALL).layers, TALL_REQUEST)
    const lie = await post(TALL, TALL_REQUEST, 60)
    expect([lie.status, await codeOf(lie), log]).toEqual([400, 'PARAM_INVALID', []])
    expect((await post(TALL, TALL_REQUEST, Math.ceil(cost / 2))).status).toBe(200)
    expect((await post(SMALL, SMALL_REQUEST, 999_999)).status).toBe(200)
    for (const claimed of [0, -1, 1.5, 1e6]) {
      expect(await codeOf(await post(SMALL, SMALL_REQUEST, claimed))).toBe('PARAM_INVALID')
    }
  })

  it('makes nothing beside another picture whose cost nobody says', async () => {
    const { log, post, send } = observed()
    await Promise.all([send(TALL, TALL_REQUEST), post(SMALL, SMALL_REQUEST, undefined)])
    expect(log.indexOf('300x200 at 0')).toBe(log.length - 1)
  })

  it.each<[string, Partial<TranscodeRequest>]>([
    ['with bars', { width: 65535, height: 65535, fit: 'contain', background: 'ffffff' }],
    ['cropped', { width: 10000, height: 4001, fit: 'cover' }],
    ['that hides another', { width: 1000, height: MAX_EMBEDDED_PIXELS / 1000 + 1, ht: 2 }],
    ['as WebP', { width: 3000, height: 1001, format: 'webp' }],
  ])('refuses a picture %s that is too large before it reads the file', async (_, change) => {
    const { log, post } = observed({ rescaler: () => Promise.reject(new Error('was asked for a model')) })
    const response = await post(new Uint8Array(), { ...REQUEST, width: 1, height: 1, ...change }, 100)
    expect([response.status, await codeOf(response), log]).toEqual([413, 'INPUT_TOO_LARGE', []])
  })

  it('refuses a file whose layers are too large together, before anything is decoded', async () => {
    const { log, post } = observed()
    const ladder = Array.from({ length: 16 }, (_, i) => ({ width: 2500, quality: 60 + i }))
    const file = writeStrata(sampleParts(2500, 2000, ladder))
    const request = { ...REQUEST, width: 25, height: 20 }
    const most = Math.floor(MAX_DECODED_PIXELS / (2500 * 2000)) - 1
    expect((await post(file, { ...request, layer: most }, undefined)).status).toBe(200)
    log.length = 0
    const response = await post(file, { ...request, layer: most + 1 }, undefined)
    expect([response.status, await codeOf(response), log]).toEqual([413, 'INPUT_TOO_LARGE', []])
  })
})
