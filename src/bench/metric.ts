/**
 * src/bench is what `strata bench …` runs: a room for each benchmark, and at its door what several of them share. A benchmark
 * imports no other one, and nothing of the product imports a benchmark.
 * @module
 */

import type { Metric } from '../pixels/judge.ts'

/** What benchmarks compare by; the first one is their default. */
export const METRICS: readonly Metric[] = ['ssimulacra2', 'psnr']

/** What `--metric` takes. */
export const METRIC_NAMES = ['ss2', 'psnr'] as const

/** The metric that `--metric` names. */
export function metricNamed(name: string): Metric {
  return name === 'psnr' ? 'psnr' : 'ssimulacra2'
}

/** Its unit, as tables have it. */
export const UNITS: Readonly<Record<Metric, string>> = { ssimulacra2: 'SS2', psnr: 'dB' }

export const TITLES: Readonly<Record<Metric, string>> = { ssimulacra2: 'SSIMULACRA2', psnr: 'PSNR' }
