import { afterEach, describe, expect, it, vi } from 'vitest'
import { BUCKET, createCdn, errorOf, pictureOf } from '../cdn.ts'

const PIECE_BYTES = 64 * 1024
const MIB = 2 ** 20
/** What bodies may hold in memory: the first as much as it wants, the others together. */
const SHARED_BYTES = 16 * MIB

afterEach(() => vi.unstubAllGlobals())

/** Another host, whose bodies have no Content-Length. `pulled`: bytes that were read of all of them. */
function remoteHost(bodyOf: (path: string) => AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
  const pulled = { bytes: 0, cancelled: 0 }
  vi.stubGlobal('fetch', async (url: URL) => {
    const body = bodyOf(url.pathname)
    const pieces = Symbol.asyncIterator in body ? body[Symbol.asyncIterator]() : body[Symbol.iterator]()
    const stream = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const { value, done } = await pieces.next()
          if (done) return controller.close()
          pulled.bytes += value.length
          controller.enqueue(value)
        },
        cancel: () => void pulled.cancelled++,
      },
      { highWaterMark: 0 },
    )
    return new Response(stream, { headers: { 'Content-Type': 'image/gif' } })
  })
  return pulled
}

function pieceOf(index: number): Uint8Array {
  const piece = new Uint8Array(PIECE_BYTES).fill(index)
  if (index === 0) piece.set(new TextEncoder().encode(pictureOf(' unsized')))
  return piece
}

function busy(): Response {
  return Response.json({ error: { code: 'ORIGIN_BUSY', message: 'busy' } }, { status: 503 })
}

function cdnOf(maxUploadBytes = 64 * MIB) {
  const { request } = createCdn(busy, { remote: () => ({ hosts: ['img.example.com'] }), maxUploadBytes })
  return (id: string) =>
    request(
      `/cdn/img/${id}?url=${encodeURIComponent(`https://img.example.com/${id}`)}`,
      { method: 'PUT' },
      [],
    )
}

async function originalOf(id: string): Promise<R2Object | undefined> {
  return (await BUCKET.list({ prefix: `original/${id}/` })).objects[0]
}

describe('pictures of a host that tells no length', () => {
  it('are read no further than there is memory for, and each is stored in the end', async () => {
    const [bodies, pieces] = [24, 24]
    let open = () => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const pulled = remoteHost(async function* () {
      for (let i = 0; i < pieces - 1; i++) yield pieceOf(i)
      await gate
      yield pieceOf(pieces - 1)
    })
    const put = cdnOf()
    const answers = Array.from({ length: bodies }, (_, i) => put(`unsized-${i}`))
    // All but the last pieces would be 34.5 MiB.
    await vi.waitFor(() => expect(pulled.bytes).toBeGreaterThan(SHARED_BYTES), { timeout: 60_000 })
    for (let i = 0; i < 50; i++) await new Promise((resolve) => setTimeout(resolve))
    expect(pulled.bytes).toBeLessThan(SHARED_BYTES + (pieces + bodies) * PIECE_BYTES)
    open()
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(bodies).fill(202))
    expect(pulled.bytes).toBe(bodies * pieces * PIECE_BYTES)
    const last = await originalOf(`unsized-${bodies - 1}`)
    expect(last?.size).toBe(pieces * PIECE_BYTES)
  })

  it('are refused where they are too long, empty, no pictures or broken off, and nothing is stored', async () => {
    const pulled = remoteHost(function* (path) {
      if (path === '/text') yield new TextEncoder().encode('hello')
      if (path === '/page') yield new TextEncoder().encode(`<!doctype html>${' '.repeat(1000)}`)
      if (path === '/long') for (let i = 0; i < 100; i++) yield pieceOf(i)
      if (path === '/cut') {
        yield pieceOf(0)
        throw new Error('reset')
      }
      if (path === '/cut-soon') {
        yield new TextEncoder().encode(pictureOf(' '))
        throw new Error('reset')
      }
    })
    const put = cdnOf(MIB)
    const refused = async (id: string) => {
      const answer = await put(id)
      expect((await originalOf(id)) ?? 'none', id).toBe('none')
      return [answer.status, (await errorOf(answer)).code]
    }
    expect(await refused('empty')).toEqual([400, 'INPUT_EMPTY'])
    expect(await refused('text')).toEqual([415, 'INPUT_UNSUPPORTED'])
    expect(await refused('page')).toEqual([415, 'INPUT_UNSUPPORTED'])
    const before = pulled.bytes
    expect(await refused('long')).toEqual([413, 'INPUT_TOO_LARGE'])
    expect(pulled.bytes - before).toBeLessThanOrEqual(MIB + 2 * PIECE_BYTES)
    expect(await refused('cut')).toEqual([502, 'REMOTE_FAILED'])
    expect(await refused('cut-soon')).toEqual([502, 'REMOTE_FAILED'])
    expect(pulled.cancelled).toBeGreaterThanOrEqual(1)
  })
})
