import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { benchClient } from '../../../src/bench/client/run.ts'
import { hills, paint } from '../../../src/bench/pictures/hills.ts'
import { loadCodec } from '../../../src/node/file-codec.ts'
import { folder } from '../../cli/harness.ts'
import { CHROMIUM, hasChromium } from '../../exactness/chromium.ts'

const root = new URL('../../../', import.meta.url).pathname
const PICTURES = 2

describe.skipIf(!hasChromium && !process.env.CI)(`benchClient in Chromium (${CHROMIUM})`, () => {
  it('counts the bytes of each side, on a first visit and on later ones', { timeout: 180_000 }, async () => {
    const raw = { width: 640, height: 64, channels: 3 } as const
    const png = await sharp(paint(640, 64, hills(640, 64)).data, { raw })
      .png()
      .toBuffer()
    const library = await folder()
    await promisify(execFile)(process.execPath, [join(root, '.build-client.mjs'), library])
    const { runs } = await benchClient({
      ...{ folder: await folder({ 'a.png': new Uint8Array(png) }), pictures: PICTURES, width: 320, runs: 1 },
      ...{
        link: { kilobitsPerSecond: 100_000, latencyMs: 1 },
        browser: CHROMIUM,
        keep: join(library, 'kept'),
      },
      ...{ root, library, codec: loadCodec() },
    })
    const { strata, avif } = runs[0]!
    // The page costs the library's script more, and nothing twice: the pictures are the same files.
    expect(strata.first.load.bytes.pictures).toBe(avif.first.load.bytes.pictures)
    expect(strata.first.load.bytes).toMatchObject({ runtime: 0, models: 0 })
    // On this quick link the script may come after the pictures.
    const { load, idle } = strata.first
    expect(load.bytes.library + idle.library).toBeGreaterThan(1000)
    // Two small pictures do not pay for models, so they grow as they do without the library.
    expect({ ...idle, library: 0 }).toEqual(avif.first.idle)
    expect(strata.first.doubled.bytes.pictures).toBe(avif.first.doubled.bytes.pictures)
    expect(strata.first.doubled.painted).toBe(0)
    expect(avif.first.load.bytes).toMatchObject({ library: 0, runtime: 0, models: 0 })
    expect(avif.first.doubled.bytes.pictures).toBeGreaterThan(avif.first.load.bytes.pictures)
    // What both sides have seen stays with the browser.
    for (const { again, second, memory } of [strata, avif]) {
      expect(again.load.bytes.pictures + again.doubled.bytes.pictures).toBe(0)
      expect(second.load.bytes.pictures).toBe(0)
      expect(second.doubled.bytes.pictures).toBeGreaterThan(0)
      expect(memory).toBeGreaterThan(1e6)
    }
    expect(await readdir(join(library, 'kept'))).toEqual(['picture-0.json', 'picture-1.json'])
  })
})
