import { loadDecoderTable } from '../../codec/compass/shared/tables.ts'
import { STRIP_ROWS, stripCount } from '../../format/layout.ts'
import type { LayerInfo } from '../../format/types.ts'
import type { Runtime } from '../../runtime/types.ts'
import type { ForgedLayer } from '../forged/forge.ts'
import { hyperScaleIndexes, hyperStream, wildStream } from '../forged/streams.ts'
import { type Random, randomOf } from '../random.ts'
import { compassFile, type HostileCase, QUALITY } from './case.ts'

/** Side of a small file in pixels. */
const SMALL = 64
/** Size of the widest layer that is decoded, at its largest height: 40 megapixels. */
const WIDEST = { width: 4096, height: 9765 } as const

/** COMPASS layers of a file. */
interface Content {
  /** Amplitude of the hyper-latents; 0 makes the streams as short as possible. */
  readonly hyper?: number
  readonly latents?: number
}

/** Files of COMPASS layers with valid checksums and absurd content. */
export async function compassCases(runtime: Runtime): Promise<HostileCase[]> {
  const random = randomOf(1)
  const { modelSet } = runtime.manifest
  const table = await loadDecoderTable(runtime)
  const file = (layers: readonly ForgedLayer[], change = {}) => compassFile(modelSet, layers, change)

  async function layer(width: number, height: number, content: Content = {}): Promise<ForgedLayer> {
    const strips = Array.from({ length: stripCount(height) }, (_, i) =>
      Math.min(STRIP_ROWS, height - i * STRIP_ROWS),
    )
    const streams = new Map<number, Uint8Array>()
    for (const rows of new Set(strips)) streams.set(rows, await stream(random, width, rows, content))
    const bytesOf = (rows: number) => ({ bytes: streams.get(rows) ?? new Uint8Array(0) })
    return { width, height, quality: QUALITY, flags: 0, strips: strips.map(bytesOf) }
  }
  async function stream(source: Random, width: number, height: number, content: Content) {
    const info: LayerInfo = {
      ...{ index: 0, coding: 'compass', width, height, quality: QUALITY },
      ...{ flags: 0, checksum: 0, score: 0, start: 0, end: 0 },
    }
    return await wildStream(source, runtime, table, info, { hyper: 0, latents: 0, ...content })
  }
  /** A file whose streams are valid up to the networks, followed by noise. */
  function promising(width: number, height: number, amplitude: number): ForgedLayer {
    const indexes = hyperScaleIndexes(table, { width, height, quality: QUALITY }, 'base')
    const strip = { bytes: hyperStream(random, indexes, amplitude) }
    const strips = Array.from({ length: stripCount(height) }, () => strip)
    return { width, height, quality: QUALITY, flags: 0, strips }
  }
  function junk(width: number, height: number, bytes: Uint8Array): ForgedLayer {
    const strips = Array.from({ length: stripCount(height) }, () => ({ bytes }))
    return { width, height, quality: QUALITY, flags: 0, strips }
  }
  /** Layers of one width that add nothing to the first one. */
  const stacked = async (count: number, width: number, height: number) => {
    const base = await layer(width, height)
    const nothing = { ...junk(width, height, new Uint8Array(0)), flags: 1 }
    return Array.from({ length: count }, (_, i) => ({ ...(i === 0 ? base : nothing), quality: QUALITY + i }))
  }
  const withLast = ({ strips, ...rest }: ForgedLayer, bytes: Uint8Array): ForgedLayer => ({
    ...rest,
    strips: [...strips.slice(0, -1), { bytes }],
  })

  const small = await layer(SMALL, SMALL)
  const large = () => layer(WIDEST.width, WIDEST.height)
  const [first] = small.strips
  const noise = random.bytes(400)
  return [
    { name: '40 MP of nothing', file: async () => file([await large()]), isWork: true },
    {
      name: '40 MP, its last strip is noise',
      file: async () => file([withLast(await large(), noise)]),
      isWork: true,
    },
    { name: '64 MP in sixteen layers', file: async () => file(await stacked(16, 2000, 2000)), isWork: true },
    {
      name: '1 MP of extreme numbers',
      file: async () => file([await layer(1024, 1024, { hyper: 255, latents: 32_767 })]),
    },
    {
      name: 'small, extreme numbers',
      file: async () => file([await layer(SMALL, 300, { hyper: 255, latents: 32_767 })]),
    },
    { name: '100 MP declared', file: async () => file([junk(10_000, 10_000, first!.bytes)]) },
    { name: '100 MP declared, 4096 across', file: async () => file([junk(4096, 24_414, first!.bytes)]) },
    { name: 'the widest picture', file: async () => file([junk(65_535, 1, first!.bytes)]) },
    { name: 'the tallest picture', file: async () => file([junk(1, 65_535, first!.bytes)]) },
    { name: 'more than 100 MP', file: async () => file([junk(65_535, 65_535, first!.bytes)]) },
    { name: '70 MP in sixteen layers', isWork: true, file: async () => file(await stacked(16, 2090, 2090)) },
    { name: 'wide strip: networks, then noise', file: async () => file([promising(4096, 256, 255)]) },
    {
      name: '40 MP: networks, then noise',
      file: async () => file([promising(WIDEST.width, WIDEST.height, 2)]),
    },
    { name: 'hyper-latents that no encoder writes', file: async () => file([promising(1024, 256, 32_767)]) },
    { name: 'strips of no bytes', file: async () => file([junk(4096, 9765, new Uint8Array(0))]) },
    { name: 'strips of noise', file: async () => file([junk(1280, 853, noise)]) },
    { name: '30 MB of noise in one strip', file: async () => file([junk(SMALL, SMALL, random.bytes(30e6))]) },
    { name: '40 MB of zeros', file: async () => new Uint8Array(40e6), query: { layer: '0' } },
    {
      name: 'a strip of 4 GB',
      file: async () => file([{ ...small, strips: [{ ...first!, length: 2 ** 32 - 1 }] }]),
    },
    { name: '65535 strips', file: async () => file([{ ...small, stripCount: 65_535 }]) },
    { name: 'reserved bytes', file: async () => file([{ ...small, indexReserved: 65_535 }]) },
    { name: 'a file of 4 GB', file: async () => file([small], { totalLength: 2 ** 32 - 1 }) },
    { name: 'a header of 4 GB', file: async () => file([small], { headerLength: 2 ** 32 - 1 }) },
    {
      name: 'a placeholder of 64 KiB',
      file: async () => file([small], { placeholder: random.bytes(65_000) }),
    },
    { name: 'a placeholder beyond the file', file: async () => file([small], { placeholderLength: 65_535 }) },
    { name: '255 layers', file: async () => file([small], { layerCount: 255 }) },
    { name: 'no layer', file: async () => file([small], { layerCount: 0 }) },
    { name: 'version 65535', file: async () => file([small], { version: 65_535 }) },
    { name: 'a model set that is not installed', file: async () => compassFile('ffffffffffffffff', [small]) },
    { name: 'coding 255', file: async () => file([{ ...small, coding: 255 }]) },
    { name: 'quality 0', file: async () => file([{ ...small, quality: 0 }]) },
    { name: 'quality 255', file: async () => file([{ ...small, quality: 255 }]) },
    { name: 'a score of 255', file: async () => file([{ ...small, score: 255 }]) },
    {
      name: 'width 0',
      file: async () => file([{ ...small, width: 0 }], { sourceWidth: SMALL, sourceHeight: SMALL }),
    },
    { name: 'layers that overlap', file: async () => file([small, { ...small, quality: 61, start: 60 }]) },
    { name: 'an end before the start', file: async () => file([{ ...small, end: 1 }]) },
    { name: 'an end at 4 GB', file: async () => file([{ ...small, end: 2 ** 32 - 1 }]) },
    { name: 'layers that shrink', file: async () => file([{ ...small, width: 2 * SMALL }, small]) },
    { name: 'nothing', file: async () => new Uint8Array(0), isStored: false },
    { name: 'eight bytes', file: async () => file([small]).subarray(0, 8) },
    { name: 'half a file', file: async () => file([small]).subarray(0, 90) },
    {
      name: 'bars up to 65535 x 65535',
      file: async () => file([small]),
      query: { w: '65535', h: '65535', fit: 'contain', bg: 'ff0000' },
    },
    {
      name: 'bars up to 40 MP',
      file: async () => file([small]),
      query: { w: '6324', h: '6324', fit: 'contain', bg: 'ff0000' },
    },
    { name: 'enlarged to 65500', file: async () => file([small]), query: { w: '65500', h: '65500' } },
    {
      name: 'hidden four times as large',
      file: async () => file([small]),
      query: { w: '16000', h: '16000', ht: '4' },
    },
    { name: 'a sixteenth layer that is not there', file: async () => file([small]), query: { layer: '15' } },
    {
      name: 'a claim of no work',
      file: async () => file([await large()]),
      query: { cost: '1' },
      isStored: false,
    },
    { name: 'a claim of all work', file: async () => file([small]), query: { cost: '999999' } },
  ]
}
