import { loadDecoderTable } from '../../codec/compass/shared/tables.ts'
import type { Runtime } from '../../runtime/types.ts'
import type { ForgedLayer } from '../forged/forge.ts'
import { compassFile, type HostileCase } from './case.ts'
import { Forge, junk, withLast } from './forge.ts'

/** Side of a small file in pixels. */
const SMALL = 64
/** Size of the widest layer that is decoded, at its largest height: 40 megapixels. */
const WIDEST = { width: 4096, height: 9765 } as const

/** Files of COMPASS layers with valid checksums and absurd content. */
export async function compassCases(runtime: Runtime): Promise<HostileCase[]> {
  const forge = new Forge(runtime, await loadDecoderTable(runtime))
  const small = await forge.layer(SMALL, SMALL)
  const noise = forge.random.bytes(400)
  return [
    ...sizeCases(forge, small, noise),
    ...streamCases(forge, small, noise),
    ...headerCases(forge, small),
    ...requestCases(forge, small),
  ]
}

const large = (forge: Forge) => forge.layer(WIDEST.width, WIDEST.height)

/** Large pictures, real and declared. */
function sizeCases(forge: Forge, small: ForgedLayer, noise: Uint8Array): HostileCase[] {
  const [first] = small.strips
  return [
    { name: '40 MP of nothing', file: async () => forge.file([await large(forge)]), isWork: true },
    {
      name: '40 MP, its last strip is noise',
      file: async () => forge.file([withLast(await large(forge), noise)]),
      isWork: true,
    },
    {
      name: '64 MP in sixteen layers',
      file: async () => forge.file(await forge.stacked(16, 2000, 2000)),
      isWork: true,
    },
    {
      name: '1 MP of extreme numbers',
      file: async () => forge.file([await forge.layer(1024, 1024, { hyper: 255, latents: 32_767 })]),
    },
    {
      name: 'small, extreme numbers',
      file: async () => forge.file([await forge.layer(SMALL, 300, { hyper: 255, latents: 32_767 })]),
    },
    { name: '100 MP declared', file: async () => forge.file([junk(10_000, 10_000, first!.bytes)]) },
    {
      name: '100 MP declared, 4096 across',
      file: async () => forge.file([junk(4096, 24_414, first!.bytes)]),
    },
    { name: 'the widest picture', file: async () => forge.file([junk(65_535, 1, first!.bytes)]) },
    { name: 'the tallest picture', file: async () => forge.file([junk(1, 65_535, first!.bytes)]) },
    { name: 'more than 100 MP', file: async () => forge.file([junk(65_535, 65_535, first!.bytes)]) },
    {
      name: '70 MP in sixteen layers',
      isWork: true,
      file: async () => forge.file(await forge.stacked(16, 2090, 2090)),
    },
  ]
}

/** Strips of invalid content, and of false lengths. */
function streamCases(forge: Forge, small: ForgedLayer, noise: Uint8Array): HostileCase[] {
  const [first] = small.strips
  return [
    {
      name: 'wide strip: networks, then noise',
      file: async () => forge.file([forge.promising(4096, 256, 255)]),
    },
    {
      name: '40 MP: networks, then noise',
      file: async () => forge.file([forge.promising(WIDEST.width, WIDEST.height, 2)]),
    },
    {
      name: 'hyper-latents that no encoder writes',
      file: async () => forge.file([forge.promising(1024, 256, 32_767)]),
    },
    { name: 'strips of no bytes', file: async () => forge.file([junk(4096, 9765, new Uint8Array(0))]) },
    { name: 'strips of noise', file: async () => forge.file([junk(1280, 853, noise)]) },
    {
      name: '30 MB of noise in one strip',
      file: async () => forge.file([junk(SMALL, SMALL, forge.random.bytes(30e6))]),
    },
    { name: '40 MB of zeros', file: async () => new Uint8Array(40e6), query: { layer: '0' } },
    {
      name: 'a strip of 4 GB',
      file: async () => forge.file([{ ...small, strips: [{ ...first!, length: 2 ** 32 - 1 }] }]),
    },
    { name: '65535 strips', file: async () => forge.file([{ ...small, stripCount: 65_535 }]) },
    { name: 'reserved bytes', file: async () => forge.file([{ ...small, indexReserved: 65_535 }]) },
  ]
}

/** Headers and layer tables with impossible values, and cut files. */
function headerCases(forge: Forge, small: ForgedLayer): HostileCase[] {
  return [
    { name: 'a file of 4 GB', file: async () => forge.file([small], { totalLength: 2 ** 32 - 1 }) },
    { name: 'a header of 4 GB', file: async () => forge.file([small], { headerLength: 2 ** 32 - 1 }) },
    {
      name: 'a placeholder of 64 KiB',
      file: async () => forge.file([small], { placeholder: forge.random.bytes(65_000) }),
    },
    {
      name: 'a placeholder beyond the file',
      file: async () => forge.file([small], { placeholderLength: 65_535 }),
    },
    { name: '255 layers', file: async () => forge.file([small], { layerCount: 255 }) },
    { name: 'no layer', file: async () => forge.file([small], { layerCount: 0 }) },
    { name: 'version 65535', file: async () => forge.file([small], { version: 65_535 }) },
    { name: 'a model set that is not installed', file: async () => compassFile('ffffffffffffffff', [small]) },
    { name: 'coding 255', file: async () => forge.file([{ ...small, coding: 255 }]) },
    { name: 'quality 0', file: async () => forge.file([{ ...small, quality: 0 }]) },
    { name: 'quality 255', file: async () => forge.file([{ ...small, quality: 255 }]) },
    { name: 'a score of 255', file: async () => forge.file([{ ...small, score: 255 }]) },
    {
      name: 'width 0',
      file: async () => forge.file([{ ...small, width: 0 }], { sourceWidth: SMALL, sourceHeight: SMALL }),
    },
    {
      name: 'layers that overlap',
      file: async () => forge.file([small, { ...small, quality: 61, start: 60 }]),
    },
    { name: 'an end before the start', file: async () => forge.file([{ ...small, end: 1 }]) },
    { name: 'an end at 4 GB', file: async () => forge.file([{ ...small, end: 2 ** 32 - 1 }]) },
    { name: 'layers that shrink', file: async () => forge.file([{ ...small, width: 2 * SMALL }, small]) },
    { name: 'nothing', file: async () => new Uint8Array(0), isStored: false },
    { name: 'eight bytes', file: async () => forge.file([small]).subarray(0, 8) },
    { name: 'half a file', file: async () => forge.file([small]).subarray(0, 90) },
  ]
}

/** Requests for absurd pictures of a small file. */
function requestCases(forge: Forge, small: ForgedLayer): HostileCase[] {
  return [
    {
      name: 'bars up to 65535 x 65535',
      file: async () => forge.file([small]),
      query: { w: '65535', h: '65535', fit: 'contain', bg: 'ff0000' },
    },
    {
      name: 'bars up to 40 MP',
      file: async () => forge.file([small]),
      query: { w: '6324', h: '6324', fit: 'contain', bg: 'ff0000' },
    },
    { name: 'enlarged to 65500', file: async () => forge.file([small]), query: { w: '65500', h: '65500' } },
    {
      name: 'hidden four times as large',
      file: async () => forge.file([small]),
      query: { w: '16000', h: '16000', ht: '4' },
    },
    {
      name: 'a sixteenth layer that is not there',
      file: async () => forge.file([small]),
      query: { layer: '15' },
    },
    {
      name: 'a claim of no work',
      file: async () => forge.file([await large(forge)]),
      query: { cost: '1' },
      isStored: false,
    },
    { name: 'a claim of all work', file: async () => forge.file([small]), query: { cost: '999999' } },
  ]
}
