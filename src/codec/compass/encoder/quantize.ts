import { symbolBits } from '../../../entropy/estimate.ts'
import { MAX_SYMBOL } from '../../../entropy/tables.ts'
import type { PassParameters } from '../latents/entropy-parameters.ts'
import { OUTSIDE } from '../latents/passes.ts'
import { MEAN_STEPS } from '../shared/samples.ts'

/** Symbols of a pass: latents less their means, rounded to the nearest or, given `curvature`, to the cheaper. */
export function quantize(
  latents: Float32Array,
  { pass, cells, means, indexes }: PassParameters,
  curvature?: Float64Array,
): Int16Array {
  const symbols = new Int16Array(indexes.length)
  const { first, channels } = cells.group(pass.fine)
  const runs = cells.runs(pass)
  for (let run = 0, inner = 0; run < runs.length; run++, inner += channels) {
    const outer = runs[run] as number
    if (outer === OUTSIDE) continue
    for (let c = 0; c < channels; c++) {
      const table = indexes[inner + c] as number
      // Table 0 is so narrow that about one latent in 10^5 is not zero: those are given up and cost nothing.
      if (table === 0) continue
      const exact = (latents[outer + c] as number) - (means[inner + c] as number) / MEAN_STEPS
      let value = Math.round(exact)
      if (curvature && value !== 0) value = cheaper(exact, value, table, curvature[first + c] as number)
      symbols[inner + c] = Math.min(Math.max(value, -MAX_SYMBOL), MAX_SYMBOL)
    }
  }
  return symbols
}

/** `symbol`, the nearest to `exact`, or its neighbour on the side of 0, by bits + curvature / 2 * error^2. */
function cheaper(exact: number, symbol: number, table: number, curvature: number): number {
  const smaller = symbol - Math.sign(symbol)
  const error = (of: number) => (curvature / 2) * (exact - of) ** 2
  const saved = symbolBits(table, symbol) - symbolBits(table, smaller)
  return error(smaller) - error(symbol) < saved ? smaller : symbol
}
