/** Width of the beam: partial codes that are kept while the bits are decided. */
const WIDTH = 16

interface Beginning {
  /** +-1 per codeword; 0 while it is not decided. */
  readonly bits: Int8Array
  /** Inner product of each codeword with the remaining residual. */
  readonly slopes: Float64Array
  /** Squared length of the remaining residual, minus that of the residual itself. */
  error: number
}

/**
 * Beam search for the signs of codewords whose sum comes near a residual. The longest codeword is decided first, and the
 * best partial codes are kept. Then bits of each complete code are flipped one by one while the error falls. Deciding all
 * signs independently, as a binarizer does, loses 0.7 dB after 16 bytes: short codewords must correct the error of the long
 * ones, and flips alone do not find such codes.
 *
 * @param products inner products of the codewords with each other
 * @param slopes inner products of the codewords with the residual
 * @returns +-1 for each codeword
 */
export function beamSearch(products: readonly Float64Array[], slopes: Float64Array): Int8Array {
  const lengths = products.map((row, j) => row[j]!)
  const order = [...lengths.keys()].sort((a, b) => lengths[b]! - lengths[a]!)
  let kept: Beginning[] = [{ bits: new Int8Array(slopes.length), slopes, error: 0 }]
  for (const j of order) {
    const next = kept.flatMap((from) =>
      [1, -1].map((sign) => ({ from, sign, error: from.error - 2 * sign * from.slopes[j]! + lengths[j]! })),
    )
    next.sort((a, b) => a.error - b.error)
    kept = next.slice(0, WIDTH).map(({ from, sign, error }) => {
      const bits = from.bits.slice()
      bits[j] = sign
      return { bits, slopes: without(from.slopes, sign, products[j]!), error }
    })
  }
  for (const code of kept) flip(code, products)
  return kept.reduce((best, code) => (code.error < best.error ? code : best)).bits
}

/** Flips the bit that lowers the error most until no flip lowers it. */
function flip(code: Beginning, products: readonly Float64Array[]): void {
  const { bits, slopes } = code
  for (;;) {
    let best = 0
    let change = -1e-7
    for (let j = 0; j < bits.length; j++) {
      const quarter = bits[j]! * slopes[j]! + products[j]![j]!
      if (quarter < change) [best, change] = [j, quarter]
    }
    if (change === -1e-7) return
    code.error += 4 * change
    const row = products[best]!
    for (let k = 0; k < slopes.length; k++) slopes[k]! += 2 * bits[best]! * row[k]!
    bits[best]! *= -1
  }
}

function without(slopes: Float64Array, sign: number, products: Float64Array): Float64Array {
  const left = new Float64Array(slopes.length)
  for (let k = 0; k < left.length; k++) left[k] = slopes[k]! - sign * products[k]!
  return left
}
