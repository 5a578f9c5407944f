import { Miniflare, type WorkerOptions } from 'miniflare'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { transcodeParts } from '../../src/bench/transcode-parts.ts'
import { createTranscodeApp } from '../../src/edge/transcoder/app.ts'
import { composeEncode, createRuntime } from '../../src/node/compose.ts'
import { renderPicture } from '../../src/node/render/render.ts'
import { createOriginApp } from '../../src/origin/app.ts'
import { readConfig } from '../../src/origin/config.ts'
import { type RunningServer, startServer } from '../../src/origin/server.ts'
import { photo } from '../pictures.ts'
import { bundleWorker } from './bundle.ts'
import { serviceOf } from './real.ts'

/** Renders that take their time, by format: promotions. */
const promotions: string[] = []
let origin: RunningServer
let miniflare: Miniflare

/** Two ready Workers, hence two isolates, with one bucket, one Durable Object, one queue, one transcoder and one origin over HTTP. */
beforeAll(async () => {
  const config = readConfig({ ORIGIN_PORT: '0' })
  const encode = await composeEncode({ verify: true })
  const app = createOriginApp({
    encode,
    config,
    async render(picture, plan, signal) {
      if (!plan.fast) promotions.push(plan.format)
      return await renderPicture(picture, plan, signal)
    },
  })
  origin = await startServer(app, config)
  const transcoder = createTranscodeApp(transcodeParts(await createRuntime('wasm')))
  const contents = await bundleWorker('src/worker.ts')
  const edges = ['a', 'b'].map(
    (name): WorkerOptions => ({
      name,
      modules: [{ type: 'ESModule', path: 'index.js', contents }],
      compatibilityDate: '2026-04-01',
      compatibilityFlags: ['nodejs_compat'],
      bindings: { ORIGIN_URL: origin.url, UPLOAD_TOKEN: 'token' },
      r2Buckets: { IMAGES: 'images' },
      durableObjects: { LEASE: { className: 'TranscodeLease', scriptName: 'a', useSQLite: true } },
      queueProducers: { JOBS: 'strata-jobs' },
      ...(name === 'b' && {
        queueConsumers: { 'strata-jobs': { maxBatchSize: 2, maxBatchTimeout: 0, maxRetries: 3 } },
      }),
      serviceBindings: { TRANSCODER: serviceOf(transcoder) },
    }),
  )
  miniflare = new Miniflare({ workers: edges as [WorkerOptions] })
  await miniflare.ready
}, 120_000)
afterAll(async () => {
  await miniflare?.dispose()
  await origin?.close()
})

it('a picture that two isolates find again and again is promoted once, through the queue', {
  timeout: 120_000,
}, async () => {
  const edges = await Promise.all(['a', 'b'].map((name) => miniflare.getWorker(name)))
  const { width, height, data } = photo(400, 300)
  const body = await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
  const authorization = { Authorization: 'Bearer token' }
  const put = await edges[0]!.fetch('http://a/cdn/img/hot?widths=400', {
    method: 'PUT',
    body,
    headers: { 'Content-Length': String(body.length), ...authorization },
  })
  expect(put.status).toBe(202)
  const info = async () => {
    const response = await edges[1]!.fetch('http://b/cdn/img/hot.json', { headers: authorization })
    return (await response.json()) as { state: string; pictures?: unknown }
  }
  await expect.poll(async () => (await info()).state, { timeout: 60_000, interval: 100 }).toBe('ready')

  // A host of its own has a cache of its own, as a data centre has: there the picture is found in the bucket.
  let places = 0
  const get = async () => {
    const place = places++
    const url = `http://place-${place}/cdn/img/hot?w=200&f=webp`
    const response = await edges[place % 2]!.fetch(url)
    expect(response.status).toBe(200)
    return { etag: response.headers.get('ETag'), bytes: new Uint8Array(await response.arrayBuffer()) }
  }
  const made = await get()
  await Promise.all(Array.from({ length: 12 }, get))
  const isPromoted = async () => {
    const bucket = await miniflare.getR2Bucket('IMAGES', 'a')
    const { objects } = await bucket.list({ prefix: 'picture/hot/', include: ['customMetadata'] } as object)
    return objects.map(({ customMetadata }) => customMetadata?.made)
  }
  await expect.poll(isPromoted, { timeout: 60_000, interval: 100 }).toEqual(['promoted'])
  const best = await get()
  expect(best.etag).toBe(made.etag?.replace(/"$/, '-p"'))
  expect(best.bytes).not.toEqual(made.bytes)
  const shown = await sharp(best.bytes).metadata()
  expect([shown.format, shown.width, shown.height]).toEqual(['webp', 200, 150])
  await Promise.all(Array.from({ length: 6 }, get))
  await expect
    .poll(async () => (await info()).pictures, { timeout: 20_000, interval: 200 })
    .toEqual({ kept: 1, promoted: 1, promotes: true })
  expect(promotions).toEqual(['webp'])
})
