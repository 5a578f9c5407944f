import { StrataError } from '../../../core/errors.ts'
import { release } from '../../../core/release.ts'

/** Values of a row of interleaved RGB: an odd width has one pixel more, since networks take pixels in pairs. */
export function rowPitch(width: number): number {
  return 3 * (width + (width & 1))
}

/**
 * Rows [from, to) of a picture that slides from top to bottom: what is behind is dropped, memory stays flat. A row is
 * RGB in samples, pixel by pixel; the one that an odd width has too many holds anything.
 */
export class RowWindow {
  readonly width: number
  /** Values from one row to the next. */
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

  /** The store itself; index it with `offset`. Valid until the next `extend`. */
  get samples(): Int16Array<ArrayBuffer> {
    return this.#samples
  }

  /** Position of a row's first sample. @throws StrataError INTERNAL when the row is not in the window */
  offset(row: number): number {
    if (row < this.#from || row >= this.#to) {
      throw new StrataError(
        'INTERNAL',
        `row ${row} asked of a window that holds [${this.#from}, ${this.#to})`,
      )
    }
    return (row - this.#base) * this.pitch
  }

  /** The samples of rows [top, bottom), at least one; valid as `samples` is. */
  slice(top: number, bottom: number): Int16Array<ArrayBuffer> {
    return this.#samples.subarray(this.offset(top), this.offset(bottom - 1) + this.pitch)
  }

  /** Appends rows whose samples are not set yet; the caller writes them through `samples` or `slice`. */
  extend(rows: number): void {
    this.#makeRoom(rows)
    this.#to += rows
  }

  /** Drops the rows before `row`. */
  discard(row: number): void {
    this.#from = Math.min(Math.max(this.#from, row), this.#to)
  }

  /** Gives the memory back. */
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
