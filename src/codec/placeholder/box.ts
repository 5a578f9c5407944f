import { SIDE } from './model.ts'

/** A picture's own shape, as near as whole pixels come to it, with a longer side of `longer`. */
export function boxOf(
  { width, height }: { readonly width: number; readonly height: number },
  longer: number = SIDE,
): { width: number; height: number } {
  const fit = (side: number) => Math.max(1, Math.round((longer * side) / Math.max(width, height)))
  return { width: fit(width), height: fit(height) }
}
