import { describe, expect, it } from 'vitest'
import type { TranscodeRequest } from '../../../src/edge/transcoder/transcoder.ts'
import { FOCUS_HEADER } from '../../../src/format/preview.ts'
import { createCdn, strataFile } from '../cdn.ts'

/** What the transcoder is asked for after an origin that sends these headers has encoded the image. */
async function focusAfter(id: string, headers: Record<string, string>) {
  const file = strataFile(32, [320, 640])
  const asked: TranscodeRequest[] = []
  const transcoder = {
    async transcode(_prefix: Uint8Array, request: TranscodeRequest) {
      asked.push(request)
      return Uint8Array.of(0xff, 0xd8, 0xff, 0xd9)
    },
  }
  const cdn = createCdn(() => new Response(file as Uint8Array<ArrayBuffer>, { headers }), {
    transcoder: () => transcoder,
  })
  await cdn.put(`/cdn/img/${id}`)
  const response = await cdn.get(`/cdn/img/${id}?w=100&ar=1:1&focus=auto`)
  expect(response.status).toBe(200)
  expect(asked[0]).toMatchObject({ width: 100, height: 100, fit: 'cover' })
  return asked[0]?.focus
}

describe('focus=auto', () => {
  it('is the point that the origin found at ingest', async () => {
    expect(await focusAfter('seen', { [FOCUS_HEADER]: '0.75,0.2' })).toEqual({ x: 0.75, y: 0.2 })
  })

  it.each(['', '2,2', 'left', '0.1,0.2\u00a0'])('is the centre after %j', async (text) => {
    expect(await focusAfter(`unseen${text.length}`, text ? { [FOCUS_HEADER]: text } : {})).toBeUndefined()
  })
})
