import { type OpenPassStore, OUTSIDE, type PassStore, type StripLatents } from '../kernels/pass-store.ts'
import type { StripGeometry } from '../shared/geometry.ts'
import type { DecoderTable, PassTable } from '../shared/tables.ts'

export { emptyLatents, OUTSIDE, type StripLatents } from '../kernels/pass-store.ts'

/**
 * A strip's latents in cells of 2x2: row and column of cells, positions 0 1 / 2 3 in them. The grid of cells is that of
 * the side latents and may reach past the latents; what lies there is zero and never coded.
 */
export class StripCells {
  readonly rows: number
  readonly columns: number
  readonly latents: StripLatents
  readonly #width: number
  readonly #table: DecoderTable
  readonly #store: PassStore
  readonly #known = new Map<string, Int32Array>()

  constructor(table: DecoderTable, strip: StripGeometry, latentWidth: number, open: OpenPassStore) {
    const half = table.sideStride / 2
    this.rows = strip.sideRows * half
    this.columns = strip.sideColumns * half
    this.#width = latentWidth
    this.#table = table
    const count = strip.latentRows * latentWidth * table.latents
    this.latents = { rows: strip.latentRows, values: new Int16Array(count), indexes: new Uint8Array(count) }
    this.#store = open(this.latents)
  }

  /** First channel and number of channels of a group. */
  group(fine: boolean): { first: number; channels: number } {
    const { coarse, latents } = this.#table
    return fine ? { first: coarse, channels: latents - coarse } : { first: 0, channels: coarse }
  }

  /** Where each run of channels of a pass begins in the latents, or OUTSIDE, in the order of its arrays. */
  runs({ fine, positions }: PassTable): Int32Array {
    return this.#runs(fine, positions)
  }

  /** What a pass sees of the latents before it: [row][column][position, channel]. */
  magnitudes(fine: boolean, positions: readonly number[]): Int16Array {
    return this.#store.magnitudes(this.#runs(fine, positions), this.group(fine).channels)
  }

  /** The same with signs, in halves. */
  halves(fine: boolean, positions: readonly number[]): Int16Array {
    return this.#store.halves(this.#runs(fine, positions), this.group(fine).channels)
  }

  /** Entropy tables of a pass, 0 outside the latents, which is "not coded". */
  indexesOf({ fine, positions }: PassTable, found: Int16Array): Uint8Array {
    return this.#store.tables(this.#runs(fine, positions), this.group(fine).channels, found)
  }

  /** Latents of a pass from its symbols. */
  store({ fine, positions }: PassTable, means: Int16Array, indexes: Uint8Array, symbols: Int16Array): void {
    this.#store.store(this.#runs(fine, positions), this.group(fine).channels, means, indexes, symbols)
  }

  /** Ends the work: only now do the latents hold everything. */
  close(): void {
    this.#store.close()
  }

  /**
   * Where each run of channels of a group at some positions begins in the latents, or OUTSIDE, in the order in which
   * passes code them: cell by cell, position by position.
   */
  #runs(fine: boolean, positions: readonly number[]): Int32Array {
    const key = `${fine} ${positions}`
    const known = this.#known.get(key)
    if (known) return known
    const { first } = this.group(fine)
    const { latents } = this.#table
    const runs = new Int32Array(this.rows * this.columns * positions.length)
    let run = 0
    for (let row = 0; row < this.rows; row++) {
      for (let column = 0; column < this.columns; column++) {
        for (let k = 0; k < positions.length; k++) {
          const position = positions[k] as number
          const y = 2 * row + (position >> 1)
          const x = 2 * column + (position & 1)
          const isInside = y < this.latents.rows && x < this.#width
          runs[run++] = isInside ? (y * this.#width + x) * latents + first : OUTSIDE
        }
      }
    }
    this.#known.set(key, runs)
    return runs
  }
}
