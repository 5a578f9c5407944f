import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { reportBurst } from '../../../src/bench/burst/report.ts'
import { benchBurst } from '../../../src/bench/burst/run.ts'
import { hills, paint } from '../../../src/bench/pictures/hills.ts'
import { startIpx } from '../../../src/bench/workers/program.ts'
import { loadCodec } from '../../../src/node/file-codec.ts'
import { createOriginApp } from '../../../src/origin/app.ts'
import { readConfig } from '../../../src/origin/config.ts'
import { startServer } from '../../../src/origin/server.ts'
import { folder, strata } from '../../cli/harness.ts'
import { fakeEncode } from '../../origin/fixtures.ts'

const root = new URL('../../../', import.meta.url).pathname

async function painted(width: number, height: number): Promise<Uint8Array> {
  const raw = { width, height, channels: 3 } as const
  const { data } = paint(width, height, hills(width, height))
  return new Uint8Array(await sharp(data, { raw }).png().toBuffer())
}

describe('benchBurst', () => {
  it('requests uncached pictures from the Workers, the origin and IPX', {
    timeout: 240_000,
  }, async () => {
    const images = await folder({ 'a.png': await painted(320, 160), 'b.png': await painted(300, 200) })
    const files = join(images, 'files')
    await mkdir(files)
    const config = readConfig({ ORIGIN_PORT: '0' })
    const bench = await benchBurst({
      ...{ images, files, root, pictures: 3, width: 240, widths: [64, 80], variants: 17, rounds: 1 },
      codec: loadCodec(),
      startOrigin: () => startServer(createOriginApp({ encode: fakeEncode, config }), config),
      startPeer: (pictures) => startIpx(root, pictures),
      progress: () => {},
    })
    expect((await readdir(files)).sort()).toEqual(['a.strata', 'b.strata'])
    const { page, burst, jpegBurst, variants } = reportBurst(bench)
    for (const side of [page.ours, page.peer])
      expect(side).toMatchObject({ requests: 3, answered: 3, said: {} })
    for (const side of [burst.ours, burst.peer, jpegBurst.ours])
      expect(side).toMatchObject({ requests: 6, answered: 6 })
    expect(variants).toMatchObject({ requests: 17, answered: 17, failed: 0 })
    expect(bench.promotion.map(({ image, width }) => [image, width])).toEqual([
      ['a', 240],
      ['b', 240],
    ])
    for (const { edge, promoted } of bench.promotion) {
      // From the original, and with more effort: not worse.
      expect(promoted.score).toBeGreaterThan(edge.score - 3)
      expect(promoted.bytes).toBeGreaterThan(100)
      expect(promoted.peers['4:2:0']).toBeGreaterThan(100)
    }
  })
})

describe('strata bench burst', () => {
  it.each([
    [[], '--images'],
    [['--images', 'x', '--pictures', '0'], '--pictures: expected an integer from 1 to 200'],
    [['--images', 'x', '--widths', '4'], '--widths: expected an integer from 8 to 4096, got "4"'],
    [['--images', 'x', '--rounds', '0'], '--rounds'],
  ])('refuses %j', async (argv, message) => {
    const { code, err } = await strata(['bench', 'burst', ...argv])
    expect([code, err]).toEqual([2, expect.stringContaining(message)])
  })
})
