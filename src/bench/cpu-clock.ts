import type { DecodePart, Observer } from './observe.ts'

/** Parts of a transcode; `other` is packing, unpacking and everything else between them. */
export type CpuPart = DecodePart | 'jpeg' | 'other'
export const CPU_PARTS: readonly CpuPart[] = ['entropy', 'networks', 'kernels', 'jpeg', 'other']

/** Milliseconds of CPU time that this process has used, all threads together: wall time tells more of the neighbours. */
export function cpuNow(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Adds up time by part. */
export class CpuClock {
  readonly spent: Record<DecodePart, number> = { entropy: 0, networks: 0, kernels: 0 }
  /** Time inside the strips that `strips` passed on, the parts above included. */
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

  /** Forgets what came before. */
  reset(): void {
    Object.assign(this.spent, { entropy: 0, networks: 0, kernels: 0 })
    this.decoding = 0
  }

  /** The same strips; what making them takes counts as decoding. */
  async *strips<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
    let start = this.#now()
    for await (const strip of source) {
      this.decoding += this.#now() - start
      yield strip
      start = this.#now()
    }
    this.decoding += this.#now() - start
  }

  /** Shares of a transcode that took `total`: what is not decoding is the JPEG writer. They add up to 1. */
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

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
