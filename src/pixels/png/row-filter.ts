/** Outputs of one row by the filters of PNG, 9.2: sub, up, average and Paeth have the numbers 1 to 4; 0 is the row itself. */
type Tried = readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array]

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

/** Filters a row in all ways, in one loop. @returns the sums of absolute differences by the filters' numbers */
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

/** A difference modulo 256 as far from 0 as it is. */
const MAGNITUDE = Uint8Array.from({ length: 256 }, (_, byte) => Math.min(byte, 256 - byte))

/** Of left, above and upper left the one next to left + above - upper left. */
export function predictPaeth(left: number, above: number, upperLeft: number): number {
  const toLeft = Math.abs(above - upperLeft)
  const toAbove = Math.abs(left - upperLeft)
  const toUpperLeft = Math.abs(left + above - 2 * upperLeft)
  if (toLeft <= toAbove && toLeft <= toUpperLeft) return left
  return toAbove <= toUpperLeft ? above : upperLeft
}
