import { execFile } from 'node:child_process'
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
  it('counts what each side fetches, on a first and on a second visit', { timeout: 180_000 }, async () => {
    const raw = { width: 640, height: 64, channels: 3 } as const
    const png = await sharp(paint(640, 64, hills(640, 64)).data, { raw })
      .png()
      .toBuffer()
    const library = await folder()
    await promisify(execFile)(process.execPath, [join(root, '.build-client.mjs'), library])
    const { visits } = await benchClient({
      ...{ folder: await folder({ 'a.png': new Uint8Array(png) }), pictures: PICTURES, width: 320 },
      ...{ link: { kilobitsPerSecond: 100_000, latencyMs: 1 }, browser: CHROMIUM },
      ...{ root, library, codec: loadCodec() },
    })
    const { first, second } = visits.strata
    for (const kind of ['library', 'runtime', 'models'] as const) {
      expect(first.load.bytes[kind]).toBeGreaterThan(1000)
    }
    // The manifest is asked for each time: it says which models count.
    expect(second.load.bytes).toMatchObject({ library: 0, runtime: 0 })
    expect(second.load.bytes.models).toBeLessThan(first.load.bytes.models / 20)
    expect(first.load.placeholderMs).toBeLessThanOrEqual(first.load.finalMs)
    expect(first.doubled.bytes.pictures).toBeGreaterThan(0)
    expect(visits.avif.first.load.bytes).toMatchObject({ library: 0, runtime: 0, models: 0 })
    expect(visits.avif.first.doubled.bytes.pictures).toBeGreaterThan(visits.avif.first.load.bytes.pictures)
    // What both sides have seen stays with the browser.
    for (const { second } of Object.values(visits)) {
      expect(second.load.bytes.pictures + second.doubled.bytes.pictures).toBe(0)
    }
  })
})
