import { StrataError } from '../../../core/errors.ts'
import { release } from '../../../core/release.ts'

/** Values of a row of interleaved RGB. An odd width gets a padding pixel, because networks take pixels in pairs. */
export function rowPitch(width: number): number {
  return 3 * (width + (width & 1))
}

/**
 * A window of rows [from, to) that slides from the top of a picture to its bottom, in memory that does not grow. A row
 * holds interleaved RGB samples; the content of the padding pixel of an odd width is undefined.
 */
export class RowWindow {
  readonly width: number
  /** Distance of two rows, in values. */
  readonly pitch: number
  #samples = new Int16Array()
  #base = 0
  #from = 0
  #to = 0

  constructor(width: number) {
    this.width = width
    this.pitch = rowPitch(width)
  }

  get from(): number {
    return this.#from
  }

  get to(): number {
    return this.#to
  }

  /** The samples of all rows; index them with `offset`. Valid until the next `extend`. */
  get samples(): Int16Array<ArrayBuffer> {
    return this.#samples
  }

  /** Index of a row's first sample. @throws StrataError INTERNAL when the row is not in the window */
  offset(row: number): number {
    if (row < this.#from || row >= this.#to) {
      throw new StrataError(
        'INTERNAL',
        `row: expected one of the window's [${this.#from}, ${this.#to}), got ${row}`,
      )
    }
    return (row - this.#base) * this.pitch
  }

  /** The samples of rows [top, bottom), at least one row. Valid until the next `extend`. */
  slice(top: number, bottom: number): Int16Array<ArrayBuffer> {
    return this.#samples.subarray(this.offset(top), this.offset(bottom - 1) + this.pitch)
  }

  /** Appends rows with undefined samples, which the caller writes through `samples` or `slice`. */
  extend(rows: number): void {
    this.#makeRoom(rows)
    this.#to += rows
  }

  /** Drops the rows before `row`. */
  discard(row: number): void {
    this.#from = Math.min(Math.max(this.#from, row), this.#to)
  }

  /** Frees the memory. */
  close(): void {
    release(this.#samples)
    this.#samples = new Int16Array()
    this.#from = this.#base = this.#to
  }

  #makeRoom(rows: number): void {
    const { pitch } = this
    const needed = (this.#to - this.#base + rows) * pitch
    if (needed <= this.#samples.length) return
    const start = (this.#from - this.#base) * pitch
    const end = (this.#to - this.#base) * pitch
    const missing = end - start + rows * pitch
    if (missing <= this.#samples.length) {
      this.#samples.copyWithin(0, start, end)
    } else {
      const samples = new Int16Array(missing)
      samples.set(this.#samples.subarray(start, end))
      release(this.#samples)
      this.#samples = samples
    }
    this.#base = this.#from
  }
}
