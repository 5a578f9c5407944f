import { describe, expect, it } from 'vitest'
import { costOf } from '../../../src/edge/transcoder/cost.ts'
import { serviceTranscoder } from '../../../src/edge/transcoder/service.ts'
import { truncateToLayer } from '../../../src/format/ranges.ts'
import { readHeader } from '../../../src/format/reader.ts'
import { writeStrata } from '../../../src/format/writer.ts'
import { sampleParts } from '../../format/files.ts'

const REQUEST = { layer: 1, width: 640, height: 480, format: 'webp', quality: 75, ht: 1 } as const
const ladder = [320, 640, 1280].map((width) => ({ width, quality: 60 }))
const PREFIX = truncateToLayer(writeStrata(sampleParts(1280, 960, ladder)), 1)

function answering(response: () => Response | Promise<Response>) {
  return serviceTranscoder({ fetch: async () => await response() })
}

describe('the transcoder behind a service binding', () => {
  it('gets a POST with the prefix as the body', async () => {
    let seen: Request | undefined
    const transcoder = serviceTranscoder({
      fetch: async (request) => {
        seen = request
        return new Response('jpeg')
      },
    })
    await transcoder.transcode(PREFIX, REQUEST)
    expect(seen?.method).toBe('POST')
    expect(new URL(seen?.url ?? '').pathname).toBe('/transcode')
    expect(Object.fromEntries(new URL(seen?.url ?? '').searchParams)).toEqual({
      layer: '1',
      w: '640',
      h: '480',
      f: 'webp',
      q: '75',
      ht: '1',
      cost: String(costOf(readHeader(PREFIX).layers, REQUEST)),
    })
    expect(new Uint8Array((await seen?.arrayBuffer()) ?? new ArrayBuffer(0))).toEqual(PREFIX)
  })

  it('passes on the trace, in a header', async () => {
    let sent: Headers | undefined
    const transcoder = serviceTranscoder({
      fetch: async ({ headers }) => {
        sent = headers
        return new Response('jpeg')
      },
    })
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    await transcoder.transcode(PREFIX, REQUEST, undefined, { traceparent })
    expect(sent?.get('traceparent')).toBe(traceparent)
    await transcoder.transcode(PREFIX, REQUEST)
    expect(sent?.has('traceparent')).toBe(false)
  })

  it('passes on the fit and the background colour', async () => {
    const urls: string[] = []
    const transcoder = serviceTranscoder({
      fetch: async ({ url }) => {
        urls.push(url)
        return new Response('jpeg')
      },
    })
    await transcoder.transcode(PREFIX, { ...REQUEST, fit: 'cover' })
    await transcoder.transcode(PREFIX, { ...REQUEST, fit: 'contain', background: '00ff88' })
    expect(urls.map((url) => new URL(url).searchParams.get('fit'))).toEqual(['cover', 'contain'])
    expect(urls.map((url) => new URL(url).searchParams.get('bg'))).toEqual([null, '00ff88'])
  })

  it.each([
    ['MODEL_UNKNOWN', 422, 'MODEL_UNKNOWN'],
    ['TRANSCODE_BUSY', 503, 'TRANSCODE_BUSY'],
    ['ENTROPY_CORRUPT', 422, 'ENTROPY_CORRUPT'],
    // A fault of the request that the edge made is not the client's fault.
    ['PARAM_INVALID', 400, 'TRANSCODE_FAILED'],
    ['INTERNAL', 500, 'TRANSCODE_FAILED'],
  ])('%s with status %i becomes %s', async (code, status, expected) => {
    const transcoder = answering(() => Response.json({ error: { code, message: 'why' } }, { status }))
    await expect(transcoder.transcode(PREFIX, REQUEST)).rejects.toMatchObject({
      code: expected,
      message: 'why',
    })
  })

  it.each([
    ['7', { 'Retry-After': '7' }],
    [undefined, {}],
    ['Sat, 28 Nov 2026 12:00:00 GMT', {}],
    ['1000000', {}],
  ])('passes on after how many seconds a busy one can be asked again: %s', async (value, headers) => {
    const error = { code: 'TRANSCODE_BUSY', message: 'why' }
    const answer = () =>
      Response.json({ error }, { status: 503, ...(value && { headers: { 'Retry-After': value } }) })
    await expect(answering(answer).transcode(PREFIX, REQUEST)).rejects.toMatchObject({ headers })
  })

  it('sends nothing that is no file', async () => {
    const transcoder = answering(() => Promise.reject(new Error('was asked')))
    await expect(transcoder.transcode(Uint8Array.of(1, 2, 3), REQUEST)).rejects.toMatchObject({
      code: 'FORMAT_MAGIC',
    })
  })

  it.each([
    ['no JSON', () => new Response('<html>', { status: 500 })],
    ['JSON of another shape', () => Response.json({ error: 'x' }, { status: 500 })],
    ['null', () => Response.json(null, { status: 500 })],
    ['no body', () => new Response(null)],
    ['no answer', () => Promise.reject(new Error('down'))],
  ])('gives TRANSCODE_FAILED for %s', async (_, response) => {
    await expect(answering(response).transcode(PREFIX, REQUEST)).rejects.toMatchObject({
      code: 'TRANSCODE_FAILED',
    })
  })
})
