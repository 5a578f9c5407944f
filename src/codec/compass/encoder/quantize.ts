import { symbolBits } from '../../../entropy/estimate.ts'
import { MAX_SYMBOL } from '../../../entropy/tables.ts'
import type { PassParameters } from '../latents/entropy-parameters.ts'
import { OUTSIDE } from '../latents/passes.ts'
import { MEAN_STEPS } from '../shared/samples.ts'

/** Symbols of a pass: latents minus their means, rounded to the nearest or, with `curvature`, to the cheaper integer. */
export function quantize(
  latents: Float32Array,
  { pass, cells, means, scaleIndexes }: PassParameters,
  curvature?: Float64Array,
): Int16Array {
  const symbols = new Int16Array(scaleIndexes.length)
  const { first, channels } = cells.group(pass.fine)
  const runs = cells.runs(pass)
  for (let run = 0, inner = 0; run < runs.length; run++, inner += channels) {
    const outer = runs[run] as number
    if (outer === OUTSIDE) continue
    for (let c = 0; c < channels; c++) {
      const table = scaleIndexes[inner + c] as number
      // Table 0 is so narrow that only one latent in 10^5 is not zero. Symbols under it are dropped and take no bits.
      if (table === 0) continue
      const exact = (latents[outer + c] as number) - (means[inner + c] as number) / MEAN_STEPS
      let value = Math.round(exact)
      if (curvature && value !== 0) value = cheaper(exact, value, table, curvature[first + c] as number)
      symbols[inner + c] = Math.min(Math.max(value, -MAX_SYMBOL), MAX_SYMBOL)
    }
  }
  return symbols
}

/** Of `symbol`, the nearest to `exact`, and its neighbour towards 0, the one with less bits + curvature / 2 * error^2. */
function cheaper(exact: number, symbol: number, table: number, curvature: number): number {
  const smaller = symbol - Math.sign(symbol)
  const error = (of: number) => (curvature / 2) * (exact - of) ** 2
  const saved = symbolBits(table, symbol) - symbolBits(table, smaller)
  return error(smaller) - error(symbol) < saved ? smaller : symbol
}
