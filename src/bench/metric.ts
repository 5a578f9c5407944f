/**
 * src/bench holds the benchmarks of `strata bench …`: a folder for each, and shared files directly in it. A benchmark
 * does not import another one, and the product does not import benchmarks.
 * @module
 */

import type { Metric } from '../pixels/judge.ts'

/** Metrics of the benchmarks; the first one is the default. */
export const METRICS: readonly Metric[] = ['ssimulacra2', 'psnr']

/** Values of `--metric`. */
export const METRIC_NAMES = ['ss2', 'psnr'] as const

/** The metric of a value of `--metric`. */
export function metricNamed(name: string): Metric {
  return name === 'psnr' ? 'psnr' : 'ssimulacra2'
}

/** Unit of each metric in tables. */
export const UNITS: Readonly<Record<Metric, string>> = { ssimulacra2: 'SS2', psnr: 'dB' }

export const TITLES: Readonly<Record<Metric, string>> = { ssimulacra2: 'SSIMULACRA2', psnr: 'PSNR' }
