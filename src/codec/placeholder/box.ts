import { SIDE } from './model.ts'

/** Size with a picture's aspect ratio, rounded to pixels, and a longer side of `longer` pixels. */
export function boxOf(
  { width, height }: { readonly width: number; readonly height: number },
  longer: number = SIDE,
): { width: number; height: number } {
  const fit = (side: number) => Math.max(1, Math.round((longer * side) / Math.max(width, height)))
  return { width: fit(width), height: fit(height) }
}
