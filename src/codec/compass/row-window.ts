import { StrataError } from '../../core/errors.ts'
import { release } from '../../core/release.ts'

type Samples = Int16Array<ArrayBufferLike> | Uint8Array<ArrayBufferLike>

/** Rows [from, to) of a planar picture that slides from top to bottom: what is behind is dropped, memory stays flat. */
export class RowWindow<T extends Samples> {
  readonly planes: number
  readonly width: number
  readonly #allocate: (length: number) => T
  #samples: T
  #capacity = 0
  #base = 0
  #from = 0
  #to = 0

  constructor(allocate: (length: number) => T, planes: number, width: number) {
    this.#allocate = allocate
    this.planes = planes
    this.width = width
    this.#samples = allocate(0)
  }

  get from(): number {
    return this.#from
  }

  get to(): number {
    return this.#to
  }

  /** The store itself; index it with `offset`. Valid until the next `push` or `extend`. */
  get samples(): T {
    return this.#samples
  }

  /** Position of a row's first sample. @throws StrataError INTERNAL when the row is not in the window */
  offset(plane: number, row: number): number {
    if (row < this.#from || row >= this.#to) {
      throw new StrataError(
        'INTERNAL',
        `row ${row} asked of a window that holds [${this.#from}, ${this.#to})`,
      )
    }
    return (plane * this.#capacity + row - this.#base) * this.width
  }

  /** Appends rows from `tile`, planar with `rows` rows a plane. */
  push(tile: T, rows: number): void {
    this.#makeRoom(rows)
    const length = rows * this.width
    for (let plane = 0; plane < this.planes; plane++) {
      const source = tile.subarray(plane * length, (plane + 1) * length)
      this.#samples.set(source, (plane * this.#capacity + this.#to - this.#base) * this.width)
    }
    this.#to += rows
  }

  /** Appends rows whose samples are not set yet; the caller writes them through `samples` and `offset`. */
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
    this.#samples = this.#allocate(0)
    this.#from = this.#base = this.#to
    this.#capacity = 0
  }

  #makeRoom(rows: number): void {
    if (this.#to - this.#base + rows <= this.#capacity) return
    const kept = this.#to - this.#from
    const capacity = Math.max(kept + rows, this.#capacity)
    const samples =
      capacity > this.#capacity ? this.#allocate(this.planes * capacity * this.width) : this.#samples
    for (let plane = 0; plane < this.planes; plane++) {
      const start = (plane * this.#capacity + this.#from - this.#base) * this.width
      const target = plane * capacity * this.width
      if (samples === this.#samples) samples.copyWithin(target, start, start + kept * this.width)
      else samples.set(this.#samples.subarray(start, start + kept * this.width), target)
    }
    if (samples !== this.#samples) release(this.#samples)
    this.#samples = samples
    this.#capacity = capacity
    this.#base = this.#from
  }
}
