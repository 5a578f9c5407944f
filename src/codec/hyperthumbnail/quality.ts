import { invalidParam } from '../../core/errors.ts'

const MIN = 1
const MAX = 100
const CENTRE = 50

export function isQuality(quality: number): boolean {
  return Number.isInteger(quality) && quality >= MIN && quality <= MAX
}

/** @throws StrataError PARAM_INVALID */
export function checkQuality(quality: number): void {
  if (isQuality(quality)) return
  throw invalidParam('quality', `an integer from ${MIN} to ${MAX}`, quality)
}

/** The quality as the models were trained with it, from -1 to 1. */
export function qualityCode(quality: number): number {
  return (quality - CENTRE) / CENTRE
}

/** The quality as an input of the networks: one integer a cell. */
export function qualityPlane(quality: number, cells: number): Int16Array {
  return new Int16Array(cells).fill(quality - CENTRE)
}
