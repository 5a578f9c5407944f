import type { Observer } from './observe.ts'
import type { WasmMemory } from './wasm-memory.ts'

/** In bytes. */
export interface PeakMemory {
  /** WebAssembly memory and ArrayBuffers together at their highest, garbage that V8 had not collected yet included. */
  readonly peak: number
  /** WebAssembly memory, which never shrinks; part of `peak`. */
  readonly wasm: number
}

const TIMER_MS = 5

/** Does some work, and says where memory should be looked at. */
type Work = (look: () => void) => Promise<unknown>

/**
 * Does the work and samples the memory of this process, every few milliseconds and wherever the work says so. Run it in a
 * fresh process: WebAssembly memory never shrinks, so earlier work would count.
 * @param memory watched since before the first module was instantiated
 */
export async function measurePeak(memory: WasmMemory, work: Work): Promise<PeakMemory> {
  let peak = 0
  await sampled(work, () => {
    peak = Math.max(peak, memory.bytes() + arrayBuffers())
  })
  return { peak, wasm: memory.bytes() }
}

/** Does the work and gives the highest sum of ArrayBuffers, in bytes, with garbage collected before each sample. */
export async function measureLive(work: Work, collect: () => void): Promise<number> {
  let highest = 0
  await sampled(work, () => {
    collect()
    highest = Math.max(highest, arrayBuffers())
  })
  return highest
}

async function sampled(work: Work, look: () => void): Promise<void> {
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

function arrayBuffers(): number {
  return process.memoryUsage().arrayBuffers
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
