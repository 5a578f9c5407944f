import { StrataError } from '../../core/errors.ts'
import { predictPaeth } from './row-filter.ts'

/**
 * Reverses the filter of one row, in place (PNG, 9.2).
 * @param filter its number
 * @param above the row above, unfiltered; zeros for the first
 * @param step bytes from a pixel to the next, at least 1
 * @throws StrataError INPUT_CORRUPT for a filter that does not exist
 */
export function unfilterRow(filter: number, row: Uint8Array, above: Uint8Array, step: number): void {
  const { length } = row
  if (filter === 1) {
    for (let i = step; i < length; i++) row[i]! += row[i - step]!
  } else if (filter === 2) {
    for (let i = 0; i < length; i++) row[i]! += above[i]!
  } else if (filter === 3) {
    for (let i = 0; i < length; i++) row[i]! += ((i < step ? 0 : row[i - step]!) + above[i]!) >> 1
  } else if (filter === 4) {
    for (let i = 0; i < length; i++) {
      const isFirst = i < step
      row[i]! += predictPaeth(isFirst ? 0 : row[i - step]!, above[i]!, isFirst ? 0 : above[i - step]!)
    }
  } else if (filter !== 0) {
    throw new StrataError('INPUT_CORRUPT', `PNG: expected a filter from 0 to 4, got ${filter}`)
  }
}
