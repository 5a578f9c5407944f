/**
 * One row after each of the filters 1 to 4 of PNG, 9.2: sub, up, average and Paeth. Filter 0 leaves the row as it is.
 */
type Tried = readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array]

/**
 * Filters the rows of an 8-bit picture, given from the top in any number of calls. Each row gets the filter with the
 * smallest sum of absolute differences (PNG, 12.7), because values near 0 deflate best.
 * @param width pixels
 * @param samples bytes per pixel
 * @returns a function from n whole rows to n × (1 + width × samples) bytes: the number of the filter, then the filtered
 *   row
 */
export function createRowFilter(
  width: number,
  samples: number,
): (rows: Uint8Array) => Uint8Array<ArrayBuffer> {
  const rowBytes = width * samples
  const make = () => new Uint8Array(rowBytes)
  const above = make()
  const tried: Tried = [make(), make(), make(), make()]

  return (rows) => {
    const count = rows.length / rowBytes
    const out = new Uint8Array(count * (1 + rowBytes))
    for (let y = 0; y < count; y++) {
      const row = rows.subarray(y * rowBytes, (y + 1) * rowBytes)
      const sums = tryAll(row, above, samples, tried)
      const best = sums.indexOf(Math.min(...sums))
      out[y * (1 + rowBytes)] = best
      out.set(best === 0 ? row : tried[best - 1]!, y * (1 + rowBytes) + 1)
      above.set(row)
    }
    return out
  }
}

/** Applies all filters to a row in one loop. @returns sum of absolute differences by filter number */
function tryAll(row: Uint8Array, above: Uint8Array, samples: number, tried: Tried): number[] {
  const [sub, up, average, paeth] = tried
  let [none, ofSub, ofUp, ofAverage, ofPaeth] = [0, 0, 0, 0, 0]
  for (let i = 0; i < row.length; i++) {
    const x = row[i]!
    const a = i < samples ? 0 : row[i - samples]!
    const b = above[i]!
    const c = i < samples ? 0 : above[i - samples]!
    none += MAGNITUDE[x]!
    sub[i] = x - a
    ofSub += MAGNITUDE[sub[i]!]!
    up[i] = x - b
    ofUp += MAGNITUDE[up[i]!]!
    average[i] = x - ((a + b) >> 1)
    ofAverage += MAGNITUDE[average[i]!]!
    paeth[i] = x - predictPaeth(a, b, c)
    ofPaeth += MAGNITUDE[paeth[i]!]!
  }
  return [none, ofSub, ofUp, ofAverage, ofPaeth]
}

/** Absolute value of a difference modulo 256. */
const MAGNITUDE = Uint8Array.from({ length: 256 }, (_, byte) => Math.min(byte, 256 - byte))

/** The Paeth predictor (PNG, 9.4): whichever of left, above and upper left is nearest to left + above - upper left. */
export function predictPaeth(left: number, above: number, upperLeft: number): number {
  const toLeft = Math.abs(above - upperLeft)
  const toAbove = Math.abs(left - upperLeft)
  const toUpperLeft = Math.abs(left + above - 2 * upperLeft)
  if (toLeft <= toAbove && toLeft <= toUpperLeft) return left
  return toAbove <= toUpperLeft ? above : upperLeft
}
