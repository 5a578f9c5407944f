import type { DecodePart, Observer } from './observe.ts'

/** Parts of a transcode; `other` is packing, unpacking and everything else between them. */
export type CpuPart = DecodePart | 'jpeg' | 'other'
export const CPU_PARTS: readonly CpuPart[] = ['entropy', 'networks', 'kernels', 'jpeg', 'other']

/** CPU time of all threads of this process in milliseconds. Unlike wall time it hardly depends on other processes. */
export function cpuNow(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Adds up time by part. */
export class CpuClock {
  readonly spent: Record<DecodePart, number> = { entropy: 0, networks: 0, kernels: 0 }
  /** Time spent making the strips of `strips`, including its parts above. */
  decoding = 0
  readonly #now: () => number

  constructor(now: () => number = cpuNow) {
    this.#now = now
  }

  readonly observe: Observer = (part, work) => {
    const start = this.#now()
    const add = () => {
      this.spent[part] += this.#now() - start
    }
    const result = work()
    if (!(result instanceof Promise)) {
      add()
      return result
    }
    return result.finally(add) as typeof result
  }

  /** Sets all times to 0. */
  reset(): void {
    Object.assign(this.spent, { entropy: 0, networks: 0, kernels: 0 })
    this.decoding = 0
  }

  /** Passes the strips on and counts the time of making them as decoding. */
  async *strips<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
    let start = this.#now()
    for await (const strip of source) {
      this.decoding += this.#now() - start
      yield strip
      start = this.#now()
    }
    this.decoding += this.#now() - start
  }

  /** Shares of a transcode of `total` milliseconds, which add up to 1. All time outside decoding is the JPEG writer's. */
  shares(total: number): Record<CpuPart, number> {
    const { entropy, networks, kernels } = this.spent
    const jpeg = total - this.decoding
    const other = this.decoding - entropy - networks - kernels
    const share = (time: number) => (total > 0 ? round(time / total, 4) : 0)
    return {
      entropy: share(entropy),
      networks: share(networks),
      kernels: share(kernels),
      jpeg: share(jpeg),
      other: share(other),
    }
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** The quantile by nearest rank. @param sorted ascending @returns NaN of an empty list */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
