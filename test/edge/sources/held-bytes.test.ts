import { describe, expect, it } from 'vitest'
import type { Chunks } from '../../../src/edge/sources/chunks.ts'
import { HeldBytes, sized } from '../../../src/edge/sources/held-bytes.ts'

const FOREVER_MS = 600_000

/** Whether a promise is settled once everything that is due has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  const settle = () => {
    settled = true
  }
  promise.then(settle, settle)
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve))
  return settled
}

describe('room for bodies in memory', () => {
  const limits = { limit: 30, largest: 20, waitMs: FOREVER_MS, silentMs: FOREVER_MS }

  it('is kept free for the body that began first, and the others share the rest', async () => {
    const held = new HeldBytes(limits)
    const [first, second, third] = [held.begin(), held.begin(), held.begin()]
    for (const body of [first, second, third]) expect(await body.grow(1)).toBe(true)
    expect(await second.grow(8)).toBe(true)
    const waiting = third.grow(1)
    expect(await isSettled(waiting)).toBe(false)
    expect(await first.grow(19)).toBe(true)
    second.end()
    expect(await waiting).toBe(true)
  })

  it('is found by each in turn, however many wait for one another', async () => {
    const held = new HeldBytes(limits)
    const ended: number[] = []
    const bodies = Array.from({ length: 12 }, async (_, i) => {
      const body = held.begin()
      for (let bytes = 0; bytes < 20; bytes += 4) expect(await body.grow(4)).toBe(true)
      ended.push(i)
      body.end()
    })
    await Promise.all(bodies)
    expect(ended).toHaveLength(12)
  })

  it('is waited for only so long', async () => {
    const held = new HeldBytes({ ...limits, waitMs: 5 })
    const [first, second] = [held.begin(), held.begin()]
    expect(await first.grow(1)).toBe(true)
    expect(await second.grow(11)).toBe(false)
    expect(await second.grow(10)).toBe(true)
  })

  it('is free again where a body was cut off with its request', async () => {
    const held = new HeldBytes({ ...limits, silentMs: 0 })
    const [first, second] = [held.begin(), held.begin()]
    expect(await first.grow(20)).toBe(true)
    expect(await second.grow(20)).toBe(true)
  })
})

/** A body of these pieces, all given in one buffer, that counts how often it was given up. */
function bodyOf(pieces: readonly string[]) {
  const buffer = new Uint8Array(16)
  const given = { up: 0 }
  const left = [...pieces]
  const chunks: Chunks = {
    async next() {
      const piece = left.shift()
      return piece === undefined
        ? undefined
        : buffer.subarray(0, new TextEncoder().encodeInto(piece, buffer).written)
    },
    async cancel() {
      given.up++
    },
  }
  return { chunks, given }
}

async function textOf({ next }: Chunks): Promise<string> {
  let text = ''
  for (let bytes = await next(); bytes !== undefined; bytes = await next())
    text += new TextDecoder().decode(bytes)
  return text
}

describe('an upload without a length', () => {
  it('is held, and gets the one that it has', async () => {
    const held: number[] = []
    const { chunks } = bodyOf(['ab', 'cde', 'f'])
    const upload = await sized({ chunks, length: undefined, contentType: 'image/png' }, async (bytes) => {
      held.push(bytes)
    })
    expect([upload.length, upload.contentType, held]).toEqual([6, 'image/png', [2, 3, 1]])
    expect(await textOf(upload.chunks)).toBe('abcdef')
    expect(await upload.chunks.next()).toBeUndefined()
  })

  it('is given up where there is no room for it', async () => {
    const { chunks, given } = bodyOf(['ab', 'cd'])
    const full = async () => Promise.reject(new Error('full'))
    await expect(sized({ chunks, length: undefined, contentType: '' }, full)).rejects.toThrow('full')
    expect(given.up).toBe(1)
  })

  it('holds nothing where it has one', async () => {
    const { chunks } = bodyOf(['ab'])
    const upload = { chunks, length: 2, contentType: '' }
    expect((await sized(upload, () => Promise.reject(new Error('held')))).chunks).toBe(chunks)
  })
})
