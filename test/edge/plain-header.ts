import type { StrataHeader } from '../../src/format/types.ts'

/** A header with these layer widths, of a picture twice as wide as high; layers end where `ends` says. */
export function plainHeader(
  widths: readonly number[],
  ends = widths.map((_, i) => 1000 * (i + 1)),
): StrataHeader {
  const width = widths.at(-1) ?? 1
  return {
    version: 2,
    flags: 0,
    headerLength: 100,
    totalLength: ends.at(-1) ?? 0,
    source: { width, height: Math.max(1, Math.round(width / 2)), sha256: '00'.repeat(16) },
    modelSet: '01'.repeat(8),
    layers: widths.map((layerWidth, index) => ({
      index,
      width: layerWidth,
      height: Math.max(1, Math.round(layerWidth / 2)),
      quality: 60 + index,
      coding: 'compass' as const,
      flags: 0,
      checksum: 0,
      score: 0,
      start: index === 0 ? 100 : (ends[index - 1] ?? 0),
      end: ends[index] ?? 0,
    })),
    placeholder: new Uint8Array(0),
  }
}
