import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { createAvifEncoder } from '../../src/edge/transcoder/encoders/avif.ts'
import type { PictureEncoder } from '../../src/edge/transcoder/encoders/encoder.ts'
import { createWebpEncoder } from '../../src/edge/transcoder/encoders/webp.ts'
import { AVIF_WASM, WEBP_WASM } from '../../src/node/package-wasm.ts'
import { rowsOf } from '../conformance/encoder.ts'
import { noise, photo } from '../pictures.ts'

/** The memory section of a module, and the flag of limits that have a maximum (WebAssembly core, 5.5.8 and 5.3.7). */
const MEMORY_SECTION = 5
const HAS_MAXIMUM = 1

/** A number in LEB128, and where it ends. */
function leb(bytes: Uint8Array, at: number): { value: number; end: number } {
  let value = 0
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!
    value += (byte & 127) * 2 ** shift
    if (byte < 128) return { value, end: at }
  }
}

/** The module with a memory that cannot grow beyond so many pages more than it starts with. */
async function cramped(path: string, pages: number): Promise<WebAssembly.Module> {
  const bytes = new Uint8Array(await readFile(createRequire(import.meta.url).resolve(path)))
  for (let at = 8; at < bytes.length; ) {
    const { value: length, end: body } = leb(bytes, at + 1)
    if (bytes[at] === MEMORY_SECTION) {
      // One memory: count, flag, minimum, maximum.
      const minimum = leb(bytes, body + 2)
      const maximum = leb(bytes, minimum.end)
      expect([bytes[body], bytes[body + 1]]).toEqual([1, HAS_MAXIMUM])
      let rest = minimum.value + pages
      for (let i = minimum.end; i < maximum.end; i++, rest = Math.floor(rest / 128)) {
        bytes[i] = (rest & 127) | (i + 1 < maximum.end ? 128 : 0)
      }
      return await WebAssembly.compile(bytes)
    }
    at = body + length
  }
  throw new Error(`${path}: no memory section`)
}

describe.each<[string, (load: () => Promise<WebAssembly.Module>) => PictureEncoder, string]>([
  ['avif', createAvifEncoder, AVIF_WASM],
  ['webp', createWebpEncoder, WEBP_WASM],
])('%s in a memory that is too small', (_, make, path) => {
  it('fails with a code, and encodes the next picture as if nothing had been', async () => {
    const encoder = make(() => cramped(path, 8))
    const encode = (width: number, height: number, paint: typeof photo) => {
      return encoder.encode(rowsOf(paint(width, height), height), { width, height, quality: 75 })
    }
    const before = await encode(40, 30, photo)
    for (let i = 0; i < 2; i++) {
      const failure = await encode(1200, 1200, noise).catch((error) => error)
      expect(failure).toMatchObject({ code: 'TRANSCODE_FAILED' })
      expect(failure.cause).toBeDefined()
      expect(await encode(40, 30, photo)).toEqual(before)
    }
  })
})
