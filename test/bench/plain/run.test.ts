import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { hills, paint } from '../../../src/bench/pictures/hills.ts'
import { FORMATS, planAnswer } from '../../../src/bench/plain/answers.ts'
import { PEERS } from '../../../src/bench/plain/peers.ts'
import { benchPlain } from '../../../src/bench/plain/run.ts'
import { readHeader } from '../../../src/format/reader.ts'
import { loadCodec } from '../../../src/node/file-codec.ts'
import { folder, strata } from '../../cli/harness.ts'

const MEMORY = { peak: 30e6, wasm: 20e6 }

describe('benchPlain', () => {
  it('compares the answers of every format with the peers, and keeps the files', {
    timeout: 240_000,
  }, async () => {
    const raw = { width: 768, height: 256, channels: 3 } as const
    const { data } = paint(768, 256, hills(768, 256))
    const images = await folder({ 'a.png': new Uint8Array(await sharp(data, { raw }).png().toBuffer()) })
    const files = join(images, 'files')
    await mkdir(files)
    const probed: (readonly [string, number])[] = []
    let encoded = 0
    const codec = loadCodec()
    const options = {
      ...{ images, files, score: 30, samples: 1 },
      codec: {
        encodeUnverified: (...args: Parameters<typeof codec.encodeUnverified>) => {
          encoded += 1
          return codec.encodeUnverified(...args)
        },
      },
      probe: async (path: string, width: number) => {
        probed.push([path, width])
        return MEMORY
      },
      progress: () => {},
    }
    const rows = await benchPlain({ ...options, widths: [500, 800] })
    // The picture is 768 wide: 800 would enlarge it.
    expect(rows.map(({ image, width, height }) => [image, width, height])).toEqual([['a', 500, 167]])
    expect(await readdir(files)).toEqual(['a.strata'])
    const header = readHeader(await readFile(join(files, 'a.strata')))
    for (const { width, layer, scale, ours, peers, cpuMs, memory } of rows) {
      expect(layer).toBe(planAnswer(header, width, 'avif').request.layer)
      expect(scale).toBeCloseTo(header.layers[layer]!.width / width)
      for (const format of FORMATS) {
        expect(ours[format]).toMatchObject({ sent: format, isExact: true })
        expect(ours[format].bytes).toBeGreaterThan(100)
      }
      for (const peer of PEERS) expect(peers[peer].bytes).toBeGreaterThan(100)
      // What was made of the original needs fewer bytes than the same encoder's after a lossy layer.
      expect(peers['avif-4'].bytes!).toBeLessThan(ours.avif.bytes!)
      expect(cpuMs!.ours).toBeGreaterThan(0)
      expect(cpuMs!.peer).toBeGreaterThan(0)
      expect(memory).toEqual(MEMORY)
    }
    expect(probed).toEqual([[join(files, 'a.strata'), 500]])
    // A later run takes the file that is there, and times nothing where it is told so.
    const [again] = await benchPlain({ ...options, widths: [500], samples: 0 })
    expect(encoded).toBe(1)
    expect(again).toEqual({ ...rows[0], cpuMs: null })
  })
})

describe('bench plain', () => {
  it.each([
    [[], 'expected --images or --file, one of them'],
    [['--images', 'x', '--file', 'y'], 'expected --images or --file, one of them'],
    [['--images', 'x', '--widths', '4'], '--widths: expected an integer from 8 to 4096, got "4"'],
    [['--images', 'x', '--score', '100'], '--score: expected an integer from 1 to 99'],
    [['--images', 'x', '--samples', '-1'], '--samples: expected an integer from 0 to 1000'],
  ])('refuses %j', async (argv, message) => {
    const { code, err } = await strata(['bench', 'plain', ...argv])
    expect([code, err]).toEqual([2, expect.stringContaining(message)])
  })

  it('measures the memory of one answer', { timeout: 120_000 }, async () => {
    const file = new URL('../../golden/picture-v2.strata', import.meta.url).pathname
    const { code, json, err } = await strata(['bench', 'plain', '--file', file, '--widths', '16', '--json'])
    expect([code, err]).toEqual([0, ''])
    // The codec's and libaom's memories, a megabyte each and more.
    expect(json().wasm).toBeGreaterThan(2e6)
    expect(json().peak).toBeGreaterThanOrEqual(json().wasm)
  })
})
