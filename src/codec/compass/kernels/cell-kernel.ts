import { dequantize } from '../shared/dequantize.ts'
import { rowPitch } from '../shared/row-window.ts'
import { SAMPLE_SCALE } from '../shared/samples.ts'
import { seenMagnitude } from './pass-store.ts'

/** A row of latents or a part of it, [column][channel]. Where a row is optional, undefined stands for zeros. */
export interface LatentRow {
  readonly values: Int16Array
  readonly scaleIndexes: Uint8Array
}

/** Elementwise operations between the networks, over whole tensors. */
export interface CellKernel {
  /**
   * Gathers the context that the layer below gives: from each row the latents at `columns`, first their magnitudes and
   * then their scale indexes.
   *
   * @param out rows of `pitch` values; rows without latents and margins are not written
   */
  context(
    rows: readonly (LatentRow | undefined)[],
    columns: Int32Array,
    channels: number,
    out: Int16Array,
    pitch: number,
  ): void
  /**
   * Dequantizes rows of `run` values each to [rows][columns][channels]: multiplies values by the gain of their channel,
   * limits them to +-`limit` and rounds half up.
   */
  dequantize(
    rows: readonly (Int16Array | undefined)[],
    run: number,
    gains: Float64Array,
    limit: number,
  ): Int16Array
  /** Converts rows of samples in 0..UNIT, rowPitch(width) each, to 8-bit RGB, [rows][width][3]. */
  bytes(samples: Int16Array, width: number): Uint8Array
  /** Fills `out` with samples limited to 0..high. */
  bound(samples: Int16Array, high: number, out: Int16Array): void
}

/** The CellKernel in TypeScript: the reference for all others. */
export const referenceCells: CellKernel = {
  context(rows, columns, channels, out, pitch) {
    for (const [index, row] of rows.entries()) {
      if (!row) continue
      for (let x = 0, to = index * pitch; x < columns.length; x++, to += 2 * channels) {
        const from = (columns[x] as number) * channels
        for (let c = 0; c < channels; c++) {
          out[to + c] = seenMagnitude(row.values[from + c] as number)
          out[to + channels + c] = row.scaleIndexes[from + c] as number
        }
      }
    }
  },
  dequantize(rows, run, gains, limit) {
    const out = new Int16Array(rows.length * run)
    for (const [index, row] of rows.entries()) {
      if (row) dequantize(row, 0, run, gains, limit, out, index * run)
    }
    return out
  },
  bytes(samples, width) {
    const pitch = rowPitch(width)
    const rows = samples.length / pitch
    const out = new Uint8Array(3 * width * rows)
    for (let row = 0, to = 0; row < rows; row++) {
      for (let i = 0; i < 3 * width; i++) {
        out[to++] = ((samples[row * pitch + i] as number) + SAMPLE_SCALE / 2) >> 6
      }
    }
    return out
  },
  bound(samples, high, out) {
    for (let i = 0; i < out.length; i++) out[i] = Math.min(Math.max(samples[i] as number, 0), high)
  },
}
