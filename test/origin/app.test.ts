import { createHash } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { StrataError } from '../../src/core/errors.ts'
import { MAX_FILE_BYTES } from '../../src/core/limits/table.ts'
import { defaultQuality } from '../../src/format/quality.ts'
import { readHeader } from '../../src/format/reader.ts'
import { createOriginApp, type OriginAppOptions } from '../../src/origin/app.ts'
import { fakeEncode, plainPng, transparentPng } from './fixtures.ts'

type Body = Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | string | null

const config = {
  concurrency: 1,
  waiting: 1,
  renders: 1,
  rendersWaiting: 1,
  keptBytes: 0,
  maxBytes: 100_000,
  maxPixels: 100e6,
  token: undefined,
  key: undefined,
}

function makeApp(options: Partial<OriginAppOptions> = {}) {
  const app = createOriginApp({ encode: fakeEncode, config, ...options })
  // The codec is not the real one, so that nothing can be measured by it.
  const post = async (body: Body, query = '', init: RequestInit = {}) =>
    await app.request(`/encode${query || '?'}&coding=compass`, { method: 'POST', body, ...init })
  return { app, post }
}

async function codeOf(response: Response): Promise<string> {
  expect(response.headers.get('content-type')).toContain('application/json')
  expect(response.headers.get('cache-control')).toBe('no-store')
  const { error } = (await response.json()) as { error: { code: string; message: string } }
  expect(error.message).not.toBe('')
  return error.code
}

describe('POST /encode', () => {
  it('answers with the file of the default ladder', async () => {
    const png = await plainPng(800, 500)
    const response = await makeApp().post(png)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/octet-stream')
    expect(response.headers.get('server-timing')).toMatch(/^encode;dur=\d+$/)
    const header = readHeader(new Uint8Array(await response.arrayBuffer()))
    const sha256 = createHash('sha256').update(png).digest('hex').slice(0, 32)
    expect(header.source).toEqual({ width: 800, height: 500, sha256 })
    expect(header.layers.map(({ width, quality }) => [width, quality])).toEqual(
      [320, 640, 800].map((w, layer) => [w, defaultQuality(layer)]),
    )
  })

  it('honours widths and quality', async () => {
    const response = await makeApp().post(await plainPng(), '?widths=20,40,40@90&quality=30')
    const { layers } = readHeader(new Uint8Array(await response.arrayBuffer()))
    expect(layers.map(({ width, quality }) => `${width}@${quality}`)).toEqual(['20@30', '40@30', '40@90'])
  })

  it('lays transparency on bg', async () => {
    const seen: number[][] = []
    const { post } = makeApp({
      encode: (image, request) => {
        seen.push([...image.data.subarray(0, 3)])
        return fakeEncode(image, request)
      },
    })
    await post(await transparentPng(), '?bg=ff8000')
    await post(await transparentPng())
    expect(seen).toEqual([
      [255, 128, 0],
      [255, 255, 255],
    ])
  })

  it.each([
    ['?quality=0', 'quality'],
    ['?quality=best', 'quality'],
    ['?widths=40,20', 'widths'],
    ['?widths=65', 'widths'],
    ['?widths=;', 'widths'],
    ['?bg=red', 'bg'],
  ])('refuses %s and names the parameter', async (query, name) => {
    const response = await makeApp().post(await plainPng(), query)
    expect(response.status).toBe(400)
    const { error } = (await response.json()) as { error: { code: string; message: string } }
    expect(error).toEqual({
      code: 'PARAM_INVALID',
      message: expect.stringMatching(`^${name}: expected .*, got`),
    })
  })

  it('refuses a ladder whose base no request could decode, before it encodes any of it', async () => {
    const encode = vi.fn(fakeEncode)
    const large = { ...config, maxBytes: 1e6 }
    const { post } = makeApp({ encode, config: large })
    const refused = await post(await plainPng(2000, 20_001), '?widths=2000')
    expect([refused.status, await codeOf(refused)]).toEqual([400, 'PARAM_INVALID'])
    expect(encode).not.toHaveBeenCalled()
  })

  it('does not send a file that the edge would not take', async () => {
    const encode = async () => new Uint8Array(MAX_FILE_BYTES + 1)
    const response = await makeApp({ encode }).post(await plainPng())
    expect([response.status, await codeOf(response)]).toEqual([413, 'INPUT_TOO_LARGE'])
  })

  it('refuses bad pictures', async () => {
    const { post } = makeApp()
    const png = await plainPng()
    const cases: [Body, number, string][] = [
      [null, 400, 'INPUT_EMPTY'],
      [new Uint8Array(0), 400, 'INPUT_EMPTY'],
      ['<svg xmlns="http://www.w3.org/2000/svg"/>', 415, 'INPUT_UNSUPPORTED'],
      [png.subarray(0, png.length - 20), 422, 'INPUT_CORRUPT'],
    ]
    for (const [body, status, code] of cases) {
      const response = await post(body)
      expect([response.status, await codeOf(response)]).toEqual([status, code])
    }
  })

  it('refuses too many bytes, whether declared or only sent, and too many pixels', async () => {
    const { post } = makeApp({ config: { ...config, maxBytes: 1000, maxPixels: 100 } })
    let pulled = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++
        controller.enqueue(new Uint8Array(400))
      },
    })
    const streamed = await post(endless, '', { duplex: 'half' } as RequestInit)
    expect([streamed.status, await codeOf(streamed)]).toEqual([413, 'INPUT_TOO_LARGE'])
    expect(pulled).toBeLessThan(8)
    const declared = await post('x', '', { headers: { 'content-length': '1001' } })
    expect([declared.status, await codeOf(declared)]).toEqual([413, 'INPUT_TOO_LARGE'])
    const pixels = await post(await plainPng(11, 10))
    expect([pixels.status, await codeOf(pixels)]).toEqual([413, 'INPUT_TOO_LARGE'])
  })

  it('hides what an unexpected error says, and logs it', async () => {
    const events: unknown[] = []
    const { post } = makeApp({
      encode: () => Promise.reject(new Error('/secret/path')),
      log: (event, fields) => events.push([event, fields?.message]),
    })
    const response = await post(await plainPng())
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('secret')
    expect(events).toContainEqual(['error', '/secret/path'])
  })

  it('passes on the codes of the codec', async () => {
    const { post } = makeApp({
      encode: () => Promise.reject(new StrataError('VERIFY_FAILED', 'symbols differ')),
    })
    const response = await post(await plainPng())
    expect([response.status, await codeOf(response)]).toEqual([500, 'VERIFY_FAILED'])
  })

  it('asks for the token where one is set', async () => {
    const { post } = makeApp({ config: { ...config, token: 'secret' } })
    const send = async (authorization?: string) =>
      (await post(await plainPng(), '', authorization ? { headers: { authorization } } : {})).status
    expect([
      await send(),
      await send('Bearer wrong'),
      await send('secret'),
      await send('Bearer secret'),
    ]).toEqual([401, 401, 401, 200])
  })
})

describe('the line', () => {
  it('answers 503 with Retry-After when it is full, and works on afterwards', async () => {
    let open = () => {}
    const opened = new Promise<void>((resolve) => {
      open = resolve
    })
    const { post } = makeApp({ encode: (image, request) => opened.then(() => fakeEncode(image, request)) })
    const png = await plainPng()
    const first = post(png)
    const second = post(png)
    const third = await post(png)
    expect([third.status, await codeOf(third)]).toEqual([503, 'ORIGIN_BUSY'])
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    open()
    expect([(await first).status, (await second).status]).toEqual([200, 200])
    expect((await post(png)).status).toBe(200)
  })

  it('gives the place back after every kind of failure', async () => {
    const { post } = makeApp({ config: { ...config, waiting: 0 } })
    for (const body of [null, 'text', 'x'.repeat(200_000)])
      expect((await post(body)).status).toBeLessThan(500)
    expect((await post(await plainPng())).status).toBe(200)
  })
})

describe('the other addresses', () => {
  it.each([
    [{ token: 'secret' }, 401],
    [{ token: 'secret', openMetrics: true }, 200],
    [{ key: 'a key of some length', openMetrics: false }, 401],
    [{}, 200],
  ])('open the metrics to strangers with %j: %i', async (settings, status) => {
    const { app } = makeApp({ config: { ...config, ...settings } })
    expect((await app.request('/metrics')).status).toBe(status)
    const headers = { Authorization: 'Bearer secret' }
    expect((await app.request('/metrics', { headers })).status).toBe('key' in settings ? 401 : 200)
  })

  it('has health and metrics', async () => {
    const { app, post } = makeApp()
    expect(await (await app.request('/health')).json()).toEqual({
      ...{ status: 'ok', active: 0, waiting: 0 },
      renders: { active: 0, waiting: 0 },
    })
    await post(await plainPng())
    await post('text')
    const metrics = await app.request('/metrics')
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    const text = await metrics.text()
    expect(text).toMatch(/^strata_requests_total 3$/m)
    expect(text).toMatch(/^strata_status_codes_total\{status="200"\} 2$/m) // health and the encode
    expect(text).toMatch(/^strata_status_codes_total\{status="415"\} 1$/m)
    expect(text).toMatch(/^strata_errors_total\{type="INPUT_UNSUPPORTED"\} 1$/m)
    expect(text).toMatch(/^strata_request_duration_seconds_count 2$/m)
    expect(text).toMatch(/^strata_request_span_duration_seconds_count\{span="encode"\} 1$/m)
    expect(text).toMatch(/^strata_request_span_duration_seconds_bucket\{span="queue",le="0.1"\} 1$/m)
    expect(text).toMatch(/^strata_workers 1\n/m)
    expect(text).toMatch(/^strata_workers_utilization 0$/m)
    for (const line of text.trimEnd().split('\n'))
      expect(line).toMatch(/^(# (HELP|TYPE) |[a-z_]+(\{[^}]*\})? [\d.e+-]+$)/)
    const names = text.match(/(?<=^# TYPE )\S+/gm) ?? []
    expect(new Set(names).size).toBe(names.length)
  })

  it('say whether work may come', async () => {
    let [loads, stops] = [true, false]
    const { app, post } = makeApp({
      config: { ...config, waiting: 0 },
      prepare: async () => {
        if (!loads) throw new StrataError('MODEL_INVALID', 'manifest.json is missing')
      },
      draining: () => stops,
      encode: async (image, request) => {
        expect(await readiness()).toEqual([503, 'busy'])
        return await fakeEncode(image, request)
      },
    })
    const readiness = async () => {
      const response = await app.request('/ready')
      expect(response.headers.has('retry-after')).toBe(response.status === 503)
      return [response.status, ((await response.json()) as { status: string }).status]
    }
    expect(await readiness()).toEqual([200, 'ready'])
    expect((await post(await plainPng())).status).toBe(200)
    loads = false
    expect(await readiness()).toEqual([503, 'models do not load'])
    stops = true
    expect(await readiness()).toEqual([503, 'draining'])
    expect((await app.request('/health')).status).toBe(200)
  })

  it('logs the trace that a request belongs to, and drops what is no traceparent', async () => {
    const logged: unknown[] = []
    const { post } = makeApp({ log: (event, fields) => logged.push([event, fields?.traceId]) })
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
    const valid = `00-${traceId}-00f067aa0ba902b7-01`
    for (const traceparent of [valid, `${valid}-more`, `${valid},${valid}`, 'a'.repeat(5000)])
      expect((await post(await plainPng(), '', { headers: { traceparent } })).status).toBe(200)
    expect((await post('no picture', '', { headers: { traceparent: valid } })).status).toBe(415)
    const none = ['encoded', 'request'].map((event) => [event, undefined])
    const traced = ['encoded', 'request'].map((event) => [event, traceId])
    expect(logged).toEqual([...traced, ...none, ...none, ...none, ['request', traceId]])
  })

  it('carry the id of the request, in the answer and in the log', async () => {
    const ids: unknown[] = []
    const { post } = makeApp({ log: (_, fields) => ids.push(fields?.requestId) })
    const send = async (id?: string) => {
      const response = await post('text', '', id ? { headers: { 'X-Request-Id': id } } : {})
      return response.headers.get('x-request-id')
    }
    expect(await send('upload-7')).toBe('upload-7')
    const own = [await send(), await send('a b'), await send('x'.repeat(129))]
    for (const id of own) expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(ids).toEqual(['upload-7', ...own])
  })

  it('names what is allowed elsewhere', async () => {
    const { app } = makeApp()
    const get = await app.request('/encode')
    expect([get.status, get.headers.get('allow'), await codeOf(get)]).toEqual([
      405,
      'POST',
      'METHOD_NOT_ALLOWED',
    ])
    const other = await app.request('/other')
    expect([other.status, await codeOf(other)]).toEqual([404, 'NOT_FOUND'])
  })
})
