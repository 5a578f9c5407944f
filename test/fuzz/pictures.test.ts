import { describe, expect, it } from 'vitest'
import { putTogether, takeApart } from '../../src/bench/forged/forge.ts'
import { PICTURE_CASES } from '../../src/bench/fuzz/picture-cases.ts'
import { pictureFiles } from '../../src/bench/fuzz/picture-files.ts'
import { type PictureReader, pictureReaders } from '../../src/bench/fuzz/picture-readers.ts'
import { runPictureFuzz } from '../../src/bench/fuzz/picture-run.ts'
import { randomOf } from '../../src/bench/random.ts'
import { pictureFormatOf } from '../../src/format/coding.ts'
import { readPictureLayer } from '../../src/format/layers.ts'
import { mediaTypeOf } from '../../src/format/media-type.ts'
import { readHeader } from '../../src/format/reader.ts'
import { runtime } from '../codec/compass/harness.ts'
import { extent } from '../extent.ts'

const files = pictureFiles()

describe('forged and damaged files of pictures', { timeout: 120_000 }, () => {
  it('are refused with typed errors, in bounded time and memory', async () => {
    const options = { files: await files, readers: pictureReaders(), runtime: await runtime('wasm') }
    const report = await runPictureFuzz({ cases: extent(2000, 500), seed: 1, ...options })
    expect(report.failures).toEqual([])
    const { decoded = 0, INPUT_CORRUPT: corrupt = 0, FORMAT_INVALID: invalid = 0 } = report.outcomes
    const { INPUT_TOO_LARGE: large = 0 } = report.outcomes
    // The cases reach every depth: the header, the picture's own header, and its pixels.
    expect(Math.min(decoded, corrupt, invalid, large)).toBeGreaterThan(extent(40, 10))
  })

  it('are made by their seeds alone', async () => {
    const valid = await files
    for (const [kind, make] of Object.entries(PICTURE_CASES)) {
      expect([kind, make(randomOf(5), valid)]).toEqual([kind, make(randomOf(5), valid)])
    }
  })

  it('start from valid ones of every coding that survive being taken apart', async () => {
    const valid = await files
    for (const file of valid) expect(putTogether(takeApart(file))).toEqual(file)
    const codings = new Set(valid.flatMap((file) => readHeader(file).layers.map(({ coding }) => coding)))
    expect([...codings].sort()).toEqual(['avif', 'png', 'webp', 'webp-animated'])
  })

  it.each<[string, PictureReader['read'], string]>([
    [
      'a type that the bytes are not',
      async (file, layer) => {
        const body = readPictureLayer(file, layer)
        return { sent: { type: mediaTypeOf(pictureFormatOf(layer.coding)!), body } }
      },
      'as image/',
    ],
    ['pixels of another size', async () => ({ size: { width: 24, height: 16 } }), 'got 24x16'],
    [
      'an error that is not typed',
      async () => Promise.reject(new RangeError('out of bounds')),
      'out of bounds',
    ],
  ])('would show %s', async (_, read, reason) => {
    const options = {
      files: await files,
      readers: [{ name: 'careless', read }],
      runtime: await runtime('wasm'),
    }
    const { failures } = await runPictureFuzz({ cases: 300, seed: 1, ...options })
    expect(failures.map((failure) => failure.reason).join('\n')).toContain(reason)
  })
})
