/** The filters of PNG, 9.2, by their numbers. */
const [NONE, SUB, UP, AVERAGE, PAETH] = [0, 1, 2, 3, 4] as const

/**
 * Filters the rows of an 8-bit picture, given from the top in any number of calls. Each row gets the filter that leaves
 * the smallest sum of absolute differences (PNG, 12.7): what is near 0 deflates best.
 * @param width pixels
 * @param samples bytes a pixel
 * @returns a function from n whole rows to n × (1 + width × samples) bytes: each row behind its filter's number
 */
export function createRowFilter(
  width: number,
  samples: number,
): (rows: Uint8Array) => Uint8Array<ArrayBuffer> {
  const rowBytes = width * samples
  const above = new Uint8Array(rowBytes)
  const tried = [SUB, UP, AVERAGE, PAETH].map((number) => ({ number, bytes: new Uint8Array(rowBytes) }))

  return (rows) => {
    const count = rows.length / rowBytes
    const out = new Uint8Array(count * (1 + rowBytes))
    for (let y = 0; y < count; y++) {
      const row = rows.subarray(y * rowBytes, (y + 1) * rowBytes)
      let best: { readonly number: number; readonly bytes: Uint8Array } = { number: NONE, bytes: row }
      let least = magnitude(row)
      for (const candidate of tried) {
        const sum = apply(candidate.number, row, above, samples, candidate.bytes)
        if (sum < least) [best, least] = [candidate, sum]
      }
      out[y * (1 + rowBytes)] = best.number
      out.set(best.bytes, y * (1 + rowBytes) + 1)
      above.set(row)
    }
    return out
  }
}

/** Writes the filtered row into `out`. @returns the sum of its absolute differences */
function apply(number: number, row: Uint8Array, above: Uint8Array, samples: number, out: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < row.length; i++) {
    const left = i < samples ? 0 : row[i - samples]!
    const up = above[i]!
    let predicted = 0
    if (number === SUB) predicted = left
    else if (number === UP) predicted = up
    else if (number === AVERAGE) predicted = (left + up) >> 1
    else predicted = paeth(left, up, i < samples ? 0 : above[i - samples]!)
    const difference = (row[i]! - predicted) & 255
    out[i] = difference
    sum += difference < 128 ? difference : 256 - difference
  }
  return sum
}

function paeth(left: number, up: number, upperLeft: number): number {
  const estimate = left + up - upperLeft
  const [toLeft, toUp, toUpperLeft] = [
    Math.abs(estimate - left),
    Math.abs(estimate - up),
    Math.abs(estimate - upperLeft),
  ]
  if (toLeft <= toUp && toLeft <= toUpperLeft) return left
  return toUp <= toUpperLeft ? up : upperLeft
}

function magnitude(bytes: Uint8Array): number {
  let sum = 0
  for (const byte of bytes) sum += byte < 128 ? byte : 256 - byte
  return sum
}
