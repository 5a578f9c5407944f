import type { Observer } from './observe.ts'
import type { WasmMemory } from './wasm-memory.ts'

/** In bytes. */
export interface PeakMemory {
  /** Highest sum of WebAssembly memory and ArrayBuffers, including garbage that V8 had not collected yet. */
  readonly peak: number
  /** WebAssembly memory, which never shrinks; part of `peak`. */
  readonly wasm: number
}

const TIMER_MS = 5

/** Work that calls `look` where memory should be sampled. */
type Work = (look: () => void) => Promise<unknown>

/**
 * Does the work and samples the memory of this process, every few milliseconds and whenever the work calls `look`. Run
 * it in a fresh process: WebAssembly memory never shrinks, so earlier work would count.
 * @param memory watched since before the first module was instantiated
 */
export async function measurePeak(memory: WasmMemory, work: Work): Promise<PeakMemory> {
  let peak = 0
  await sampled(work, () => {
    peak = Math.max(peak, memory.bytes() + arrayBuffers())
  })
  return { peak, wasm: memory.bytes() }
}

/** Does the work and returns the highest sum of ArrayBuffers, in bytes, with garbage collected before each sample. */
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
    // Keep the result until memory is sampled, because it is part of it.
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

/** Calls `look` before and after each part of a decode. */
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

/** Calls `look` before and after each strip is used. */
export async function* lookedAt<T>(strips: AsyncIterable<T>, look: () => void): AsyncGenerator<T> {
  for await (const strip of strips) {
    look()
    yield strip
    look()
  }
}
