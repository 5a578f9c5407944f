import { type OpenPassStore, OUTSIDE, type PassStore, type StripLatents } from '../kernels/pass-store.ts'
import type { StripGeometry } from '../shared/geometry.ts'
import type { DecoderTable, PassTable } from '../shared/tables.ts'

export { emptyLatents, OUTSIDE, type StripLatents } from '../kernels/pass-store.ts'

/**
 * A strip's latents in cells of 2x2, whose positions are 0 1 / 2 3. The grid of cells covers the grid of the hyper-latents
 * and may reach beyond the latents; latents outside are zero and not coded.
 */
export class StripCells {
  readonly rows: number
  readonly columns: number
  readonly latents: StripLatents
  readonly #width: number
  readonly #table: DecoderTable
  readonly #store: PassStore
  readonly #cachedRuns = new Map<string, Int32Array>()

  constructor(table: DecoderTable, strip: StripGeometry, latentWidth: number, open: OpenPassStore) {
    const half = table.sideStride / 2
    this.rows = strip.hyperRows * half
    this.columns = strip.hyperColumns * half
    this.#width = latentWidth
    this.#table = table
    const count = strip.latentRows * latentWidth * table.latents
    this.latents = {
      rows: strip.latentRows,
      values: new Int16Array(count),
      scaleIndexes: new Uint8Array(count),
    }
    this.#store = open(this.latents)
  }

  /** First channel and number of channels of a group. */
  group(fine: boolean): { first: number; channels: number } {
    const { coarse, latents } = this.#table
    return fine ? { first: coarse, channels: latents - coarse } : { first: 0, channels: coarse }
  }

  /** Position in the latents of each run of channels of a pass, or OUTSIDE, in the order of the arrays of the pass. */
  runs({ fine, positions }: PassTable): Int32Array {
    return this.#runs(fine, positions)
  }

  /** Magnitudes of latents of earlier passes, [row][column][position][channel]. */
  magnitudes(fine: boolean, positions: readonly number[]): Int16Array {
    return this.#store.magnitudes(this.#runs(fine, positions), this.group(fine).channels)
  }

  /** Latents of earlier passes with signs, in steps of 1/2, [row][column][position][channel]. */
  halves(fine: boolean, positions: readonly number[]): Int16Array {
    return this.#store.halves(this.#runs(fine, positions), this.group(fine).channels)
  }

  /** Scale indexes of a pass as bytes; 0, "not coded", outside the latents. */
  scaleIndexesOf({ fine, positions }: PassTable, wide: Int16Array): Uint8Array {
    return this.#store.tables(this.#runs(fine, positions), this.group(fine).channels, wide)
  }

  /** Stores the latents of a pass, which follow from its symbols. */
  store(
    { fine, positions }: PassTable,
    means: Int16Array,
    scaleIndexes: Uint8Array,
    symbols: Int16Array,
  ): void {
    this.#store.store(this.#runs(fine, positions), this.group(fine).channels, means, scaleIndexes, symbols)
  }

  /** Ends the work. Only then do the arrays of `latents` hold all passes. */
  close(): void {
    this.#store.close()
  }

  /**
   * Position in the latents of each run of channels of a group at some positions, or OUTSIDE, in the order in which passes
   * code them: cell by cell, position by position.
   */
  #runs(fine: boolean, positions: readonly number[]): Int32Array {
    const key = `${fine} ${positions}`
    const cached = this.#cachedRuns.get(key)
    if (cached) return cached
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
    this.#cachedRuns.set(key, runs)
    return runs
  }
}
