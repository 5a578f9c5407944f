import type { MemoryUse } from './probe.ts'

interface MemoryReport {
  /** In bytes. */
  readonly pictures: readonly (MemoryUse & { readonly peakMb: number; readonly liveMb?: number })[]
  /** For each width with several heights: memory of the highest picture divided by that of the lowest. */
  readonly growth: readonly {
    readonly width: number
    readonly heights: readonly [number, number]
    readonly peak: number
    readonly live?: number
    /** Peak without the file and the JPEG, whose sizes follow the height. */
    readonly peakWithoutFiles: number
  }[]
}

export function reportMemory(uses: readonly MemoryUse[]): MemoryReport {
  const widths = [...new Set(uses.map(({ width }) => width))]
  return {
    pictures: uses.map((use) => ({
      ...use,
      peakMb: megabytes(use.peak),
      ...(use.live ? { liveMb: megabytes(use.live) } : {}),
    })),
    growth: widths.flatMap((width) => {
      const [low, high] = extremes(uses.filter((use) => use.width === width))
      if (!low || !high || low === high) return []
      return {
        width,
        heights: [low.height, high.height] as const,
        peak: ratio(high.peak, low.peak),
        ...(low.live && high.live ? { live: ratio(high.live, low.live) } : {}),
        peakWithoutFiles: ratio(withoutFiles(high), withoutFiles(low)),
      }
    }),
  }
}

export function formatMemory({ pictures, growth }: MemoryReport): string {
  const lines = ['MB to transcode      peak    live    wasm   (file  jpeg)']
  for (const { width, height, peak, live, wasm, input, output } of pictures) {
    const cells = [peak, live, wasm].map((value) => (value === undefined ? '-' : megabytes(value).toFixed(1)))
    const files = [input, output].map((value) => megabytes(value).toFixed(1).padStart(5))
    lines.push(
      `${`${width}x${height}`.padEnd(16)}${cells.map((cell) => cell.padStart(8)).join('')}   ${files.join(' ')}`,
    )
  }
  for (const { width, heights, peak, live, peakWithoutFiles } of growth) {
    const figures = `peak ${peak}, without file and JPEG ${peakWithoutFiles}`
    lines.push(
      `${width}x${heights[1]} over ${width}x${heights[0]}: ${figures}${live ? `, live ${live}` : ''}`,
    )
  }
  return lines.join('\n')
}

function extremes(uses: readonly MemoryUse[]): [MemoryUse | undefined, MemoryUse | undefined] {
  const sorted = uses.toSorted((a, b) => a.height - b.height)
  return [sorted[0], sorted.at(-1)]
}

function withoutFiles({ peak, input, output }: MemoryUse): number {
  return peak - input - output
}

function ratio(a: number, b: number): number {
  return Number((a / b).toFixed(3))
}

function megabytes(bytes: number): number {
  return Number((bytes / 1e6).toFixed(1))
}
