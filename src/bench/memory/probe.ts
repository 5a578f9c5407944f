import { transcodeLayer } from '../../edge/transcoder/transcode-layer.ts'
import { chooseLayer } from '../../format/choose-layer.ts'
import { createWasmRuntime } from '../../runtime/node.ts'
import { observedTranscode } from '../observe.ts'
import { lookedAt, lookingAround, measureLive, measurePeak, type PeakMemory } from '../peak-memory.ts'
import { watchWasmMemory } from '../wasm-memory.ts'

/** Memory that one transcode of a file's highest whole layer took, in bytes. */
export interface MemoryUse extends PeakMemory {
  readonly width: number
  readonly height: number
  /** `peak` with garbage collected before each sample; undefined without `node --expose-gc`. */
  readonly live?: number
  /** Bytes of the file; part of `peak` and of `live`. */
  readonly input: number
  /** Bytes of the JPEG; part of `peak` and of `live`. */
  readonly output: number
}

/**
 * Transcodes the highest whole layer and samples the memory of this process around every step of it. Run it in a fresh process:
 * WebAssembly memory never shrinks, so earlier work would count.
 */
export async function probeMemory(file: Uint8Array): Promise<MemoryUse> {
  const { index: layer, width, height } = chooseLayer(file, {})
  const memory = watchWasmMemory()
  const runtime = await createWasmRuntime()
  const request = { layer, width, height, quality: 75, format: 'jpeg', ht: 1 } as const
  let output = 0

  async function transcode(look: () => void): Promise<Uint8Array> {
    const { decodeRows, ...parts } = observedTranscode(runtime, lookingAround(look))
    const jpeg = await transcodeLayer(file, request, {
      ...parts,
      decodeRows: (bytes, options) => lookedAt(decodeRows(bytes, options), look),
    })
    output = jpeg.length
    return jpeg
  }

  const { peak, wasm } = await measurePeak(memory, transcode)
  const collect = (globalThis as { gc?: () => void }).gc
  // The second run collects garbage before each sample. WebAssembly memory may grow again in it, so `wasm` is from the first.
  const live = collect && wasm + (await measureLive(transcode, collect))
  // Live memory is part of the peak, even if the first run's samples missed that moment.
  const highest = Math.max(peak, live ?? 0)
  return { width, height, peak: highest, ...(live && { live }), wasm, input: file.length, output }
}
