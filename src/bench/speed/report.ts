import { CPU_PARTS } from '../cpu-clock.ts'
import type { SpeedRow } from './measure.ts'

/** Formats the measurements for people. */
export function formatSpeed(rows: readonly SpeedRow[]): string {
  const lines = [
    'CPU ms to a JPEG      strata   on onnx      avif      webp  of onnx  of avif  of webp',
    ...rows.map(({ width, height, cpuMs, ratio, ratioWebp, ratioOnnxruntime }) =>
      [
        `${width}x${height}`.padEnd(18),
        ...[cpuMs.strata, cpuMs.onnxruntime, cpuMs.avif, cpuMs.webp].map((time) =>
          time.toFixed(1).padStart(8),
        ),
        ...[ratioOnnxruntime, ratio, ratioWebp].map((value) => value.toFixed(2).padStart(7)),
      ].join('  '),
    ),
    '',
    `strata spends %     ${CPU_PARTS.map((part) => part.padStart(8)).join('  ')}`,
    ...rows.map(({ width, height, shares }) =>
      [
        `${width}x${height}`.padEnd(18),
        ...CPU_PARTS.map((part) => (100 * shares[part]).toFixed(1).padStart(8)),
      ].join('  '),
    ),
  ]
  return lines.join('\n')
}
