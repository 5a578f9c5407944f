import { transcodeLayer } from '../../edge/transcoder/transcode-layer.ts'
import { readHeader } from '../../format/reader.ts'
import { createWasmRuntime } from '../../runtime/node.ts'
import { measureInChild } from '../child.ts'
import { observedTranscode } from '../observe.ts'
import { lookedAt, lookingAround, measurePeak, type PeakMemory } from '../peak-memory.ts'
import { transcodeParts } from '../transcode-parts.ts'
import { watchWasmMemory } from '../wasm-memory.ts'
import { planAnswer } from './answers.ts'

/**
 * Measures the memory of the answer to a browser. Run it in a fresh process: WebAssembly memory never shrinks, so
 * earlier work would count.
 */
export async function probeAnswer(file: Uint8Array, width: number): Promise<PeakMemory> {
  const { request, length } = planAnswer(readHeader(file), width, 'avif')
  const prefix = file.slice(0, length)
  const memory = watchWasmMemory()
  const runtime = await createWasmRuntime()
  return await measurePeak(memory, async (look) => {
    const { decodeRows } = observedTranscode(runtime, lookingAround(look))
    return await transcodeLayer(prefix, request, {
      ...transcodeParts(runtime),
      decodeRows: (bytes, options) => lookedAt(decodeRows(bytes, options), look),
    })
  })
}

/** Measures one file in a process of its own. */
export type AnswerProbe = (path: string, width: number) => Promise<PeakMemory>

/** @param program path of dist/cli/main.js */
export function answerProbe(program: string): AnswerProbe {
  return async (path, width) =>
    (await measureInChild(program, ['bench', 'plain', '--file', path, '--widths', `${width}`])) as PeakMemory
}
