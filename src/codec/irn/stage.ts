/**
 * Takes a picture row by row from the top: pixels from the left, channels of a pixel together. A row belongs to whoever
 * is given it.
 */
export interface Stage {
  row(values: Float32Array): void
  /** Behind the last row. */
  end(): void
}
