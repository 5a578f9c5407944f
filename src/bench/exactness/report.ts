import { PIXEL_TOLERANCE } from './decoded.ts'
import type { ExactnessReport } from './run.ts'

/** Formats the report for people. @param seconds duration of the run */
export function formatExactness(report: ExactnessReport, seconds: number): string {
  const { pictures, layers, samples, unequalSamples, failure } = report
  const share = ((100 * unequalSamples) / Math.max(samples, 1)).toFixed(3)
  const compared =
    `${pictures} pictures, ${layers} layers in ${seconds} s: equal symbols, pixels within ${PIXEL_TOLERANCE}/255 ` +
    `(${share} % of the samples differ)`
  if (!failure) return compared
  return `seed ${failure.seed} decodes differently in node and wasm: ${failure.differs}\nbefore it: ${compared}`
}
