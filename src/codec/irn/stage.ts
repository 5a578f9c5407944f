/**
 * A step of a chain that takes a picture row by row from the top, [pixel][channel]. The receiver of a row owns it and may
 * change it.
 */
export interface Stage {
  row(values: Float32Array): void
  /** Call it after the last row. */
  end(): void
}
