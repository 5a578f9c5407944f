import { transcodeLayer } from '../../edge/transcoder/transcode-layer.ts'
import { readHeader } from '../../format/reader.ts'
import { createWasmRuntime } from '../../runtime/node.ts'
import { type Observer, observedTranscode } from '../observe.ts'
import { watchWasmMemory } from '../wasm-memory.ts'

/** Memory that one transcode of a file's top layer took, in bytes. */
export interface MemoryUse {
  readonly width: number
  readonly height: number
  /** WebAssembly memory and ArrayBuffers together at their highest, garbage that V8 had not collected yet included. */
  readonly peak: number
  /** The same with garbage collected before each sample; undefined without `node --expose-gc`. */
  readonly live?: number
  /** WebAssembly memory, which never shrinks; part of `peak` and of `live`. */
  readonly wasm: number
  /** Bytes of the file; part of `peak` and of `live`. */
  readonly input: number
  /** Bytes of the JPEG; part of `peak` and of `live`. */
  readonly output: number
}

const TIMER_MS = 5

/**
 * Transcodes the top layer and samples the memory of this process around every step of it. Run it in a fresh process:
 * WebAssembly memory never shrinks, so earlier work would count.
 */
export async function probeMemory(file: Uint8Array): Promise<MemoryUse> {
  const { layers } = readHeader(file)
  const { index: layer, width, height } = layers.at(-1)!
  const memory = watchWasmMemory()
  const runtime = await createWasmRuntime()
  const request = { layer, width, height, quality: 75, format: 'jpeg', ht: 1 } as const
  let collect: (() => void) | undefined
  const highest = { arrays: 0, sum: 0 }

  function look(): void {
    collect?.()
    const arrays = process.memoryUsage().arrayBuffers
    highest.arrays = Math.max(highest.arrays, arrays)
    highest.sum = Math.max(highest.sum, memory.bytes() + arrays)
  }

  /** @returns bytes of the JPEG */
  async function transcode(): Promise<number> {
    highest.arrays = highest.sum = 0
    const { decodeRows, ...parts } = observedTranscode(runtime, lookingAround(look))
    const timer = setInterval(look, TIMER_MS)
    try {
      const jpeg = await transcodeLayer(file, request, {
        ...parts,
        async *decodeRows(bytes, options) {
          for await (const strip of decodeRows(bytes, options)) {
            look()
            yield strip
            look()
          }
        },
      })
      look()
      return jpeg.length
    } finally {
      clearInterval(timer)
    }
  }

  const output = await transcode()
  const [peak, wasm] = [highest.sum, memory.bytes()]
  collect = (globalThis as { gc?: () => void }).gc
  // The second run collects garbage before each sample. WebAssembly memory may grow again in it, so `wasm` is from the first.
  if (collect) await transcode()
  const live = collect ? { live: wasm + highest.arrays } : {}
  return { width, height, peak, ...live, wasm, input: file.length, output }
}

function lookingAround(look: () => void): Observer {
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
