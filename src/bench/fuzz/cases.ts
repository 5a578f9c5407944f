import type { DecoderTable } from '../../codec/compass/shared/tables.ts'
import { concat } from '../../core/bytes.ts'
import { layerHeight } from '../../format/ladder.ts'
import { MAX_DIMENSION, MAX_SOURCE_PIXELS, stripCount } from '../../format/layout.ts'
import { readHeader } from '../../format/reader.ts'
import type { LayerInfo } from '../../format/types.ts'
import type { Runtime } from '../../runtime/types.ts'
import { type ForgedFile, type ForgedLayer, putTogether, takeApart } from './forge.ts'
import type { Random } from './random.ts'
import { randomStream, sideIndexes, sideStream, wildStream } from './streams.ts'

export interface CaseSource {
  /** Small valid files, from which the cases are made. */
  readonly files: readonly Uint8Array[]
  /** The same and one as large as the decoder allows: what has to be loaded and grown is, after them. */
  readonly valid: readonly Uint8Array[]
  readonly table: DecoderTable
  /** Makes streams. */
  readonly model: Runtime
  /** Decodes the cases. */
  readonly runtime: Runtime
}

type MakeCase = (random: Random, source: CaseSource) => Uint8Array | Promise<Uint8Array>

/** The ways to make a bad file, by name. Whatever one changes, the checksums are right unless it is about them. */
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

  /** Any field holds anything. */
  fields: forged((random, file) => {
    for (let n = 1 + random.below(3); n > 0; n--) forgeField(random, file)
  }),

  /** A size that nothing in the file bears out, with all that follows from it in order. */
  size: forged((random, file) => {
    const width = random.pick([1, random.edge(16), 1 + random.below(3000), MAX_DIMENSION]) || 1
    const most = random.chance(0.9) ? Math.floor(MAX_SOURCE_PIXELS / width) : MAX_DIMENSION
    const height = Math.max(1, Math.min(random.pick([1, random.edge(16), most]), MAX_DIMENSION))
    resize(file, width, height)
  }),

  /** The same with strips that begin well: only a decoder that believes them runs a network of that size. */
  sized: forged((random, file, { table }) => {
    const [width, height] = random.pick([
      [1 + random.below(500), 1 + random.below(300)],
      [1 + random.below(8192), 1 + random.below(32)],
      [1 + random.below(8), 1 + random.below(65535)],
      [1 + random.below(65535), 1 + random.below(8)],
    ]) as [number, number]
    resize(file, width, height)
    const layer = random.pick(file.layers)
    const indexes = sideIndexes(table, layer, layer === file.layers[0] ? 'base' : 'enhancement')
    layer.strips.forEach((strip) => {
      strip.bytes = sideStream(random, indexes, random.pick([0, 2, 255, 256, 32767]))
    })
  }),

  order: forged((random, { layers }) => {
    const [from, to] = [random.below(layers.length), random.below(layers.length)]
    const [moved] = layers.splice(from, 1)
    if (moved) layers.splice(to, random.below(2), moved)
  }),

  /** The right sizes with another layer's or file's strips. */
  strips: forged((random, file, { files }) => {
    const other = takeApart(random.pick(files))
    for (const { strips } of file.layers) {
      for (const strip of strips) {
        const donor = random.pick([...file.layers, ...other.layers])
        if (random.chance(0.5)) strip.bytes = random.pick(donor.strips).bytes
      }
    }
  }),

  /** Random streams under right checksums, and damaged ones. */
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

  /** Side latents that decode and a rest that does not, in a file of the right size. */
  side: forged((random, { layers }, { table }) => {
    const layer = random.pick(layers)
    const indexes = sideIndexes(table, layer, layer === layers[0] ? 'base' : 'enhancement')
    random.pick(layer.strips).bytes = sideStream(random, indexes, random.pick([0, 2, 255, 256, 32767]))
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

  /** Not one wrong bit, only numbers that no encoder would think of; now and then with a layer above. */
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

/** Declares another size and all that follows from it; strips are used again until there are as many as needed. */
function resize(file: ForgedFile, width: number, height: number): void {
  const scale = width / file.sourceWidth
  file.sourceWidth = width
  file.sourceHeight = height
  for (const layer of file.layers) {
    layer.width = Math.min(Math.max(Math.round(layer.width * scale), 1), width)
    layer.height = layerHeight(layer.width, width, height)
    const { strips } = layer
    layer.strips = Array.from({ length: stripCount(layer.height) }, (_, i) => ({
      ...strips[i % strips.length]!,
    }))
  }
}
