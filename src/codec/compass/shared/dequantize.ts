import { exactExp } from './filters.ts'
import { MEAN_STEPS } from './samples.ts'
import { atQuality, type DecoderTable, type LayerTable } from './tables.ts'

/** Gain by channel from steps of a decoded latent (1/16) to the integers of synthesis, at this quality. */
export function inverseGains(table: DecoderTable, layer: LayerTable, quality: number): Float64Array {
  const steps = table.latentSteps / MEAN_STEPS
  return atQuality(layer.logInverseGain, quality).map((value) => exactExp(value) * steps)
}

/** Sets `out[to + i]` to gain * values[from + i], rounded and limited, for whole cells of `gains.length` channels. */
export function dequantize(
  values: Int16Array,
  from: number,
  count: number,
  gains: Float64Array,
  limit: number,
  out: Int16Array,
  to: number,
): void {
  const channels = gains.length
  for (let i = 0; i < count; i += channels) {
    for (let c = 0; c < channels; c++) {
      const value = (values[from + i + c] as number) * (gains[c] as number)
      out[to + i + c] = Math.floor(Math.min(Math.max(value, -limit), limit) + 0.5)
    }
  }
}
