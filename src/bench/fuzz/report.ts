import type { FuzzReport } from './loop.ts'

/** Formats the report for people. Failures were printed when they were found. @param seconds duration of the run */
export function formatFuzz(
  { cases, outcomes, slowest, largest, failures }: FuzzReport,
  seconds: number,
): string {
  const sorted = Object.entries(outcomes).sort(([, a], [, b]) => b - a)
  return [
    `${cases} files in ${seconds} s, ${failures.length} answered wrongly`,
    ...sorted.map(([code, count]) => `  ${String(count).padStart(String(cases).length)} ${code}`),
    `slowest: ${slowest.ms.toFixed(0)} ms (${slowest.kind}, seed ${slowest.seed})`,
    `largest rise of peak memory: ${(largest.bytes / 2 ** 20).toFixed(1)} MiB (${largest.kind}, seed ${largest.seed})`,
  ].join('\n')
}
