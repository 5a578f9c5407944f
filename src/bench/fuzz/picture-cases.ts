import { dataView } from '../../core/bytes.ts'
import { CODINGS } from '../../format/coding.ts'
import { emptyPng, findAll, inflated } from '../forged/bombs.ts'
import { declareSize, type ForgedLayer, putTogether, takeApart } from '../forged/forge.ts'
import type { Random } from '../random.ts'
import { CASES } from './cases.ts'

type MakeCase = (random: Random, files: readonly Uint8Array[]) => Uint8Array
type Damage = (random: Random, layer: ForgedLayer, other: ForgedLayer) => void

/** Cases that need no COMPASS layer. */
const SHARED = ['cut', 'flip', 'noise', 'fields', 'order'] as const

/** Ways to make a bad file whose layers are pictures, by name. Checksums are valid, except in the cases that test them. */
export const PICTURE_CASES: Readonly<Record<string, MakeCase>> = {
  ...Object.fromEntries(
    SHARED.map((name) => [
      name,
      (random: Random, files: readonly Uint8Array[]) => shared(name, random, files),
    ]),
  ),

  /** Damages bits and bytes of a picture, under a valid checksum. */
  picture: damaged((random, layer) => {
    const { picture } = layer
    for (let n = 1 + random.below(6); n > 0; n--) {
      const at = random.chance(0.5)
        ? random.below(Math.min(picture!.length, 80))
        : random.below(picture!.length)
      picture![at] = random.chance(0.5) ? picture![at]! ^ (1 << random.below(8)) : random.below(256)
    }
  }),

  /** Deletes or doubles a part of a picture, or replaces it by noise. */
  pieces: damaged((random, layer) => {
    const picture = layer.picture!
    const [at, length] = [random.below(picture.length), 1 + random.below(60)]
    layer.picture = random.pick([
      () => picture.slice(0, at),
      () => Uint8Array.from([...picture.subarray(0, at), ...picture.subarray(at + length)]),
      () => Uint8Array.from([...picture.subarray(0, at), ...random.bytes(length), ...picture.subarray(at)]),
      () => Uint8Array.from([...picture, ...random.bytes(length)]),
      () => random.bytes(1 + length),
    ])()
  }),

  /** Declares a wrong coding, or takes the picture of another file. */
  coding: damaged((random, layer, other) => {
    if (random.chance(0.5)) layer.coding = 1 + random.below(CODINGS.length - 1)
    else layer.picture = other.picture!
  }),

  /** Declares a size that differs from the picture's. */
  size(random, files) {
    const file = takeApart(random.pick(files))
    const width = random.pick([1, 7, 100, 4000, 10_000, 65_535])
    declareSize(
      file,
      width,
      Math.max(1, Math.min(random.pick([1, 5, 100, 10_000]), Math.floor(100e6 / width))),
    )
    return putTogether(file)
  },

  /** Makes a picture declare a huge size, in a layer that may declare it too. */
  bomb(random, files) {
    const file = takeApart(random.pick(files))
    for (const layer of file.layers) layer.picture = inflated(random, layer.picture!)
    if (random.chance(0.5)) declareSize(file, 10_000, 10_000)
    return putTogether(file)
  },

  empty: damaged((random, layer) => {
    layer.picture = emptyPng(random)
    if (random.chance(0.8)) layer.coding = CODINGS.indexOf('png')
  }),

  flags: damaged((random, layer) => {
    layer.flags = random.below(4)
    layer.quality = layer.flags & 2 || random.chance(0.3) ? 100 : 75
  }),

  /** Gives frames wrong positions, sizes and times; declares an animation as a still picture, or the reverse. */
  frames(random, files) {
    const file = takeApart(files.at(-1)!) // the animated one
    for (const { picture } of file.layers) {
      for (const at of findAll(picture!, 'ANMF')) {
        const field = 8 + random.below(16)
        if (random.chance(0.6)) picture![at + field] = random.edge(8)
      }
      for (const at of findAll(picture!, 'ANIM')) dataView(picture!).setUint16(at + 12, random.edge(16), true)
      for (const at of findAll(picture!, 'VP8X'))
        if (random.chance(0.3)) picture![at + 8]! ^= random.pick([2, 16])
    }
    if (random.chance(0.3)) for (const layer of file.layers) layer.coding = CODINGS.indexOf('webp')
    return putTogether(file)
  },

  checksum: damaged((random, layer) => {
    if (random.chance(0.5)) layer.checksum = random.edge(32)
    else layer.end = random.edge(16)
  }),
}

function shared(name: (typeof SHARED)[number], random: Random, files: readonly Uint8Array[]): Uint8Array {
  // These cases use nothing but the files.
  return CASES[name]!(random, { files } as unknown as Parameters<(typeof CASES)[string]>[1]) as Uint8Array
}

function damaged(damage: Damage): MakeCase {
  return (random, files) => {
    const file = takeApart(random.pick(files))
    const other = takeApart(random.pick(files))
    damage(random, random.pick(file.layers), random.pick(other.layers))
    return putTogether(file)
  }
}
