import type { Observer } from './observe.ts'
import type { WasmMemory } from './wasm-memory.ts'

/** In bytes. */
export interface PeakMemory {
  /** WebAssembly memory and ArrayBuffers together at their highest, garbage that V8 had not collected yet included. */
  readonly peak: number
  /** The same with garbage collected before each sample; undefined without `node --expose-gc`. */
  readonly live?: number
  /** WebAssembly memory, which never shrinks; part of `peak` and of `live`. */
  readonly wasm: number
}

const TIMER_MS = 5

/**
 * Does the work and samples the memory of this process, every few milliseconds and wherever the work says `look`. Run it in
 * a fresh process: WebAssembly memory never shrinks, so earlier work would count.
 * @param memory watched since before the first module was instantiated
 */
export async function measurePeak(
  memory: WasmMemory,
  work: (look: () => void) => Promise<unknown>,
): Promise<PeakMemory> {
  let collect: (() => void) | undefined
  const highest = { arrays: 0, sum: 0 }

  function look(): void {
    collect?.()
    const arrays = process.memoryUsage().arrayBuffers
    highest.arrays = Math.max(highest.arrays, arrays)
    highest.sum = Math.max(highest.sum, memory.bytes() + arrays)
  }

  async function watch(): Promise<void> {
    highest.arrays = highest.sum = 0
    const timer = setInterval(look, TIMER_MS)
    try {
      // Held until memory was looked at: what the work made is part of it.
      const made = await work(look)
      look()
      void made
    } finally {
      clearInterval(timer)
    }
  }

  await watch()
  const [peak, wasm] = [highest.sum, memory.bytes()]
  collect = (globalThis as { gc?: () => void }).gc
  // The second run collects garbage before each sample. WebAssembly memory may grow again in it, so `wasm` is from the first.
  if (collect) await watch()
  return { peak, ...(collect && { live: wasm + highest.arrays }), wasm }
}

/** Looks before and after each part of a decode. */
export function lookingAround(look: () => void): Observer {
  return (_part, work) => {
    look()
    const result = work()
    if (!(result instanceof Promise)) {
      look()
      return result
    }
    return result.finally(look) as typeof result
  }
}

/** Looks before and after each strip is used. */
export async function* lookedAt<T>(strips: AsyncIterable<T>, look: () => void): AsyncGenerator<T> {
  for await (const strip of strips) {
    look()
    yield strip
    look()
  }
}
