import type { DecoderTable } from '../../codec/compass/shared/tables.ts'
import { concat } from '../../core/bytes.ts'
import { MAX_DIMENSION, MAX_SOURCE_PIXELS } from '../../core/limits/table.ts'
import { stripCount } from '../../format/layout.ts'
import { readHeader } from '../../format/reader.ts'
import type { LayerInfo } from '../../format/types.ts'
import type { Runtime } from '../../runtime/types.ts'
import { declareSize, type ForgedFile, type ForgedLayer, putTogether, takeApart } from '../forged/forge.ts'
import { hyperScaleIndexes, hyperStream, randomStream, wildStream } from '../forged/streams.ts'
import type { Random } from '../random.ts'

export interface CaseSource {
  /** Small valid files, from which the cases are made. */
  readonly files: readonly Uint8Array[]
  /** The same files and one as large as allowed. Decoding them first loads everything and grows all memory. */
  readonly valid: readonly Uint8Array[]
  readonly table: DecoderTable
  /** Makes streams. */
  readonly model: Runtime
  /** Decodes the cases. */
  readonly runtime: Runtime
}

type MakeCase = (random: Random, source: CaseSource) => Uint8Array | Promise<Uint8Array>

/** Ways to make a bad file, by name. All checksums are valid, except in the cases that test checksums. */
export const CASES: Readonly<Record<string, MakeCase>> = {
  cut(random, { files }) {
    const file = random.pick(files)
    return file.subarray(0, random.below(file.length))
  },

  flip(random, { files }) {
    const copy = random.pick(files).slice()
    for (let n = 1 + random.below(4); n > 0; n--) copy[random.below(copy.length)]! ^= 1 << random.below(8)
    return copy
  },

  noise(random, { files }) {
    const head = random.pick(files).subarray(0, random.pick([0, 8, 12, 56, 120]))
    return concat([head, random.bytes(random.below(500))])
  },

  /** Sets random fields to random values. */
  fields: forged((random, file) => {
    for (let n = 1 + random.below(3); n > 0; n--) forgeField(random, file)
  }),

  /** Declares a false size; all fields that depend on it are consistent. */
  size: forged((random, file) => {
    const width = random.pick([1, random.edge(16), 1 + random.below(3000), MAX_DIMENSION]) || 1
    const most = random.chance(0.9) ? Math.floor(MAX_SOURCE_PIXELS / width) : MAX_DIMENSION
    const height = Math.max(1, Math.min(random.pick([1, random.edge(16), most]), MAX_DIMENSION))
    resize(file, width, height)
  }),

  /** Declares a false size with strips that start with valid data, so that only a careless decoder runs networks on it. */
  sized: forged((random, file, { table }) => {
    const [width, height] = random.pick([
      [1 + random.below(500), 1 + random.below(300)],
      [1 + random.below(8192), 1 + random.below(32)],
      [1 + random.below(8), 1 + random.below(65535)],
      [1 + random.below(65535), 1 + random.below(8)],
    ]) as [number, number]
    resize(file, width, height)
    const layer = random.pick(file.layers)
    const indexes = hyperScaleIndexes(table, layer, layer === file.layers[0] ? 'base' : 'enhancement')
    layer.strips.forEach((strip) => {
      strip.bytes = hyperStream(random, indexes, random.pick([0, 2, 255, 256, 32767]))
    })
  }),

  order: forged((random, { layers }) => {
    const [from, to] = [random.below(layers.length), random.below(layers.length)]
    const [moved] = layers.splice(from, 1)
    if (moved) layers.splice(to, random.below(2), moved)
  }),

  /** Combines valid sizes with strips of another layer or file. */
  strips: forged((random, file, { files }) => {
    const other = takeApart(random.pick(files))
    for (const { strips } of file.layers) {
      for (const strip of strips) {
        const donor = random.pick([...file.layers, ...other.layers])
        if (random.chance(0.5)) strip.bytes = random.pick(donor.strips).bytes
      }
    }
  }),

  /** Random and damaged streams under valid checksums. */
  streams: forged((random, { layers }) => {
    const strip = random.pick(random.pick(layers).strips)
    if (random.chance(0.5)) {
      strip.bytes = randomStream(random)
    } else {
      strip.bytes = strip.bytes.slice(0, random.chance(0.5) ? undefined : random.below(strip.bytes.length))
      for (let n = random.below(3); n > 0; n--)
        strip.bytes[random.below(strip.bytes.length)]! ^= 1 << random.below(8)
    }
  }),

  /** Valid hyper-latents followed by invalid data, in a file of the right size. */
  side: forged((random, { layers }, { table }) => {
    const layer = random.pick(layers)
    const indexes = hyperScaleIndexes(table, layer, layer === layers[0] ? 'base' : 'enhancement')
    random.pick(layer.strips).bytes = hyperStream(random, indexes, random.pick([0, 2, 255, 256, 32767]))
  }),

  index: forged((random, { layers }) => {
    const layer = random.pick(layers)
    const strip = random.pick(layer.strips)
    random.pick([
      () => (layer.stripCount = random.edge(16)),
      () => (layer.indexReserved = random.edge(16)),
      () => (strip.length = random.edge(32)),
      () => layer.strips.push({ bytes: random.bytes(random.below(40)) }),
      () => layer.strips.pop(),
      () => layer.strips.reverse(),
    ])()
  }),

  quality: forged((random, { layers }) => {
    random.pick(layers).quality = random.chance(0.5) ? random.edge(8) : 1 + random.below(100)
  }),

  /** Valid streams of extreme numbers that no encoder writes, sometimes below another layer. */
  async wild(random, source) {
    const file = takeApart(random.pick(source.files))
    resize(file, 1 + random.below(80), 1 + random.below(80))
    const [base, ...above] = file.layers as [ForgedLayer, ...ForgedLayer[]]
    file.layers = random.chance(0.3) ? [base, ...above] : [base]
    base.quality = 1 + random.below(100)
    const info = readHeader(putTogether({ ...file, layers: [base] })).layers[0] as LayerInfo
    base.strips = [{ bytes: await wildStream(random, source.model, source.table, info) }]
    return putTogether(file)
  },
}

function forged(change: (random: Random, file: ForgedFile, source: CaseSource) => void): MakeCase {
  return (random, source) => {
    const file = takeApart(random.pick(source.files))
    change(random, file, source)
    return putTogether(file)
  }
}

function forgeField(random: Random, file: ForgedFile): void {
  const layer = random.pick(file.layers)
  random.pick([
    () => (file.version = random.edge(16)),
    () => (file.flags = random.edge(16)),
    () => (file.headerLength = random.edge(32)),
    () => (file.totalLength = random.edge(32)),
    () => (file.reserved = random.edge(8)),
    () => (file.layerCount = random.edge(8)),
    () => (file.placeholderLength = random.edge(16)),
    () => (file.placeholder = random.bytes(random.pick([0, 16, 128, 65000]))),
    () => (file.sourceWidth = random.edge(16)),
    () => (file.sourceHeight = random.edge(16)),
    () => (layer.width = random.edge(16)),
    () => (layer.height = random.edge(16)),
    () => (layer.flags = random.edge(8)),
    () => (layer.coding = random.edge(8)),
    () => (layer.score = random.edge(8)),
    () => (layer.start = random.edge(32)),
    () => (layer.end = random.edge(32)),
  ])()
}

/** Declares another size and makes all dependent fields consistent. Strips are repeated until there are enough. */
function resize(file: ForgedFile, width: number, height: number): void {
  declareSize(file, width, height)
  for (const layer of file.layers) {
    const { strips } = layer
    layer.strips = Array.from({ length: stripCount(layer.height) }, (_, i) => ({
      ...strips[i % strips.length]!,
    }))
  }
}
