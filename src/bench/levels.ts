/** Pictures whose longer side is at least this get a ladder of fixed widths. */
const LARGE = 1600
const LARGE_WIDTHS: readonly number[] = [640, 1280, 1920, 3840]

/** Widths of the levels at which a picture is measured. */
export function benchWidths(width: number, height: number): number[] {
  if (Math.max(width, height) >= LARGE) return [...LARGE_WIDTHS.filter((step) => step < width), width]
  const steps = [1 / 3, 2 / 3, 1].map((factor) => Math.max(1, Math.round(width * factor)))
  return [...new Set(steps)]
}

/** Widths of the pictures in a wavelet stream: a quarter, a half and the whole width. */
export function dyadicWidths(width: number): number[] {
  return [...new Set([4, 2, 1].map((divisor) => Math.max(1, Math.round(width / divisor))))]
}
