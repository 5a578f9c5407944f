import { describe, expect, it } from 'vitest'
import { concat } from '../../../src/core/bytes.ts'
import { type Chunks, chunksOf, readToTheEnd, resumed } from '../../../src/edge/sources/chunks.ts'

const BODY = Uint8Array.from({ length: 300_001 }, (_, i) => (i * 31) ^ (i >> 8))

/** A body as a request brings it. */
function nativeBody(bytes = BODY): ReadableStream<Uint8Array> {
  return new Response(bytes).body as ReadableStream<Uint8Array>
}

/** A body that a script makes, in steps of 7000 bytes. */
function scriptBody(onPull: (at: number) => void = () => {}): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      onPull(at)
      if (at >= BODY.length) return controller.close()
      controller.enqueue(BODY.subarray(at, at + 7000))
      at += 7000
    },
  })
}

async function readAll(chunks: Chunks): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = []
  for (let bytes = await chunks.next(); bytes; bytes = await chunks.next()) parts.push(bytes.slice())
  return parts
}

describe('chunks of a body', () => {
  it('are all of its bytes, in few steps', async () => {
    const parts = await readAll(chunksOf(nativeBody()))
    expect(concat(parts)).toEqual(BODY)
    expect(parts.map(({ length }) => length)).toEqual([65_536, 65_536, 65_536, 65_536, 37_857])
  })

  it('lie in one buffer', async () => {
    const chunks = chunksOf(nativeBody())
    const first = await chunks.next()
    const second = await chunks.next()
    expect(first?.length).toBe(0) // it was filled again
    expect(second?.buffer.byteLength).toBe(65_536)
  })

  it('come from streams that a script made as well', async () => {
    expect(concat(await readAll(chunksOf(scriptBody())))).toEqual(BODY)
  })

  it('may be fewer bytes than a full chunk where that is enough', async () => {
    const { readable, writable } = new IdentityTransformStream()
    const writer = writable.getWriter()
    const written = writer.write(BODY.subarray(0, 300))
    const chunks = chunksOf(readable)
    expect(await chunks.next(256)).toEqual(BODY.subarray(0, 300))
    await written
    const closed = writer.close()
    expect(await chunks.next()).toBeUndefined()
    await closed
  })

  it('begin again with those that were read before', async () => {
    const chunks = chunksOf(nativeBody())
    const head = (await chunks.next(256))?.slice() ?? new Uint8Array(0)
    expect(concat(await readAll(resumed(head, chunks)))).toEqual(BODY)
  })

  it('are read to the end where a proxy needs that, when the rest is given up', async () => {
    let last = 0
    const chunks = readToTheEnd(
      chunksOf(
        scriptBody((at) => {
          last = at
        }),
      ),
      BODY.length,
    )
    await chunks.next()
    await chunks.cancel('enough')
    expect(last).toBeGreaterThan(BODY.length - 7000)
  })

  it('end with the error of the body', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull() {
        throw new Error('broken')
      },
    })
    await expect(chunksOf(broken).next()).rejects.toThrow('broken')
  })
})
