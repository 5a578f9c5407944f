import type { Size } from '../core/box.ts'
import { StrataError } from '../core/errors.ts'
import type { RgbImage } from '../core/image.ts'

/**
 * The latest rows of a picture that arrives in strips. Each row is cropped to another width, or padded by repeating its
 * last pixel. Behind the picture's last row, that row is repeated.
 */
export class RowBuffer {
  readonly #from: Size
  readonly #to: Size
  #rows: Uint8Array[] = []
  /** Number of the first row in `#rows`. */
  #first = 0
  #received = 0

  constructor(from: Size, to: Size) {
    this.#from = from
    this.#to = to
  }

  /** Number of rows pushed so far. */
  get received(): number {
    return this.#received
  }

  /** Number of the first row that `row` cannot return yet. */
  get to(): number {
    return this.#received >= this.#from.height ? this.#to.height : Math.min(this.#received, this.#to.height)
  }

  /** @throws StrataError INTERNAL for rows of the wrong width or more rows than the picture has */
  push({ width, height, data }: RgbImage): void {
    if (width !== this.#from.width || this.#received + height > this.#from.height) {
      const expected = `rows of ${this.#from.width} pixels, at most ${this.#from.height - this.#received}`
      throw new StrataError('INTERNAL', `strip: expected ${expected}, got ${width} x ${height}`)
    }
    for (let y = 0; y < height; y++) {
      if (this.#received++ >= this.#to.height) continue
      this.#rows.push(this.#widen(data.subarray(3 * width * y, 3 * width * (y + 1))))
    }
  }

  /** Returns a row, three bytes per pixel. @throws StrataError INTERNAL when the row is not in the buffer */
  row(y: number): Uint8Array {
    const row = this.#rows[Math.min(y, this.#from.height - 1) - this.#first]
    if (!row)
      throw new StrataError(
        'INTERNAL',
        `row: expected one of the buffer's [${this.#first}, ${this.to}), got ${y}`,
      )
    return row
  }

  /** Drops the rows before `y`, except the last one, which may have to be repeated. */
  discard(y: number): void {
    const count = Math.min(y - this.#first, this.#rows.length - 1)
    if (count <= 0) return
    this.#rows = this.#rows.slice(count)
    this.#first += count
  }

  #widen(row: Uint8Array): Uint8Array {
    const bytes = 3 * this.#to.width
    const wide = row.slice(0, bytes)
    if (wide.length === bytes) return wide
    const padded = new Uint8Array(bytes)
    padded.set(wide)
    for (let i = wide.length; i < bytes; i++) padded[i] = padded[i - 3]!
    return padded
  }
}
