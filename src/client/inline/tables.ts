import { BLOCK, dct, lapped, product, SIDE } from './lapped.ts'
import { unpack } from './unpack.ts'
import { PACKED, TABLES } from './weights-data.ts'

export type Tables = Readonly<Record<keyof typeof TABLES, Float32Array>>

export interface Model {
  readonly tables: Tables
  /** [32, 32] */
  readonly lapped: Float64Array
  /** [16 x 40]: the place of each coefficient in three planes of 32x32. */
  readonly places: Int32Array
  /** The place of each frequency of the whole picture in three planes of 32x32. */
  readonly frequencies: readonly number[]
  /** From frequencies of the whole picture to those of blocks, [32, 32]. */
  readonly toBlocks: Float64Array
  /** [16 x 40]: mean of the coefficients. */
  readonly mean: Float64Array
}

/** Frequencies u + v below these are in the codewords of the first step: luma, and two planes of chroma. */
const LIMITS = [19, 9, 9]

let opened: Model | undefined

/** Opens the weights, once. */
export function model(): Model {
  if (opened) return opened
  const tables = unpack(fromBase64(PACKED), TABLES)
  const own = lapped()
  const back = product(own, dct(SIDE), { ofB: true })
  const places = placesOf(tables.selected)
  const parts = { tables, lapped: own, places, frequencies: frequencies(), toBlocks: back }
  opened = { ...parts, mean: blocksOf(parts, tables.mean) }
  return opened
}

/** Frequencies of the whole picture -> coefficients [16 x 40]. */
export function blocksOf(
  { frequencies, places, toBlocks }: Pick<Model, 'frequencies' | 'places' | 'toBlocks'>,
  values: ArrayLike<number>,
): Float64Array {
  const planes = [0, 1, 2].map(() => new Float64Array(SIDE * SIDE))
  for (const [i, place] of frequencies.entries()) {
    planes[Math.floor(place / SIDE ** 2)]![place % SIDE ** 2] = values[i]!
  }
  const blocks = planes.map((plane, i) => {
    return product(toBlocks, product(plane, toBlocks, { ofB: true }), { inner: LIMITS[i]! })
  })
  return Float64Array.from(places, (place) => blocks[Math.floor(place / SIDE ** 2)]![place % SIDE ** 2]!)
}

/** @param selected index of each coded coefficient among the 3 x 8 x 8 of a block */
function placesOf(selected: Float32Array): Int32Array {
  const grid = SIDE / BLOCK
  const places = new Int32Array(grid * grid * selected.length)
  for (let i = 0; i < places.length; i++) {
    const [cell, index] = [Math.floor(i / selected.length), selected[i % selected.length]!]
    const [plane, within] = [Math.floor(index / BLOCK ** 2), index % BLOCK ** 2]
    const row = BLOCK * Math.floor(cell / grid) + Math.floor(within / BLOCK)
    places[i] = (plane * SIDE + row) * SIDE + BLOCK * (cell % grid) + (within % BLOCK)
  }
  return places
}

function frequencies(): number[] {
  const kept = []
  for (let place = 0; place < LIMITS.length * SIDE ** 2; place++) {
    const row = Math.floor(place / SIDE)
    if ((row % SIDE) + (place % SIDE) < LIMITS[Math.floor(row / SIDE)]!) kept.push(place)
  }
  return kept
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
}
