import { describe, expect, it } from 'vitest'
import { readBody } from '../../src/origin/body.ts'

/** A request that sends these chunks and declares `length` bytes, which need not be true. */
function request(chunks: readonly number[][], length?: number | string): Request {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(Uint8Array.from(chunk))
      controller.close()
    },
  })
  const headers = length === undefined ? {} : { 'content-length': String(length) }
  return new Request('http://origin/encode', { method: 'POST', body, headers, duplex: 'half' } as RequestInit)
}

describe('readBody', () => {
  const chunks = [[1, 2], [], [3], [4, 5, 6]]

  it.each([
    ['nothing', undefined],
    ['the truth', 6],
    ['too little', 3],
    ['too little, in the middle of a chunk', 4],
    ['too much', 9],
    ['no number', 'x'],
    ['no length', -4],
  ])('gives all bytes when the declaration says %s', async (_, length) => {
    expect([...(await readBody(request(chunks, length), 10))]).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('fills one array when the declaration holds', async () => {
    const bytes = await readBody(request(chunks, 6), 10)
    expect(bytes.buffer.byteLength).toBe(6)
  })

  it.each([
    ['declared', request([[1]], 11), 'got 11'],
    [
      'sent',
      request(
        [
          [1, 2, 3, 4, 5, 6],
          [7, 8, 9, 10, 11],
        ],
        6,
      ),
      'got more',
    ],
  ])('refuses too many bytes %s', async (_, sent, message) => {
    await expect(readBody(sent, 10)).rejects.toMatchObject({
      code: 'INPUT_TOO_LARGE',
      message: expect.stringContaining(message),
    })
  })

  it('refuses a body that trickles, and takes one that comes slowly enough', async () => {
    const trickling = (bytes: number) => {
      let left = 3
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 60))
          if (left-- === 0) controller.close()
          else controller.enqueue(new Uint8Array(bytes))
        },
      })
      return new Request('http://origin/encode', { method: 'POST', body, duplex: 'half' } as RequestInit)
    }
    // The first look comes long after the end, whatever the machine does.
    expect(await readBody(trickling(4), 100, { bytes: 10, milliseconds: 60_000 })).toHaveLength(12)
    const never = new Request('http://origin/encode', {
      ...{ method: 'POST', duplex: 'half' },
      body: new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}) }),
    } as RequestInit)
    for (const sent of [trickling(1), never]) {
      await expect(readBody(sent, 100, { bytes: 1000, milliseconds: 20 })).rejects.toMatchObject({
        code: 'BODY_SLOW',
        message: 'body: expected at least 1000 bytes in 0.02 s, got fewer',
      })
    }
  })

  it('refuses no bytes, and tells when the client went away', async () => {
    await expect(readBody(request([]), 10)).rejects.toMatchObject({ code: 'INPUT_EMPTY' })
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(new Error('reset'))
      },
    })
    const init = { method: 'POST', body: broken, duplex: 'half' } as RequestInit
    await expect(readBody(new Request('http://origin/', init), 10)).rejects.toMatchObject({ code: 'ABORTED' })
  })
})
