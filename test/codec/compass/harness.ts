import { type EncodeOptions, encodePicture } from '../../../src/codec/compass/encoder/encode.ts'
import type { RgbImage } from '../../../src/core/image.ts'
import { resample } from '../../../src/pixels/resample.ts'
import { createNodeRuntime, createWasmRuntime } from '../../../src/runtime/node.ts'
import type { Runtime } from '../../../src/runtime/types.ts'

const runtimes = new Map<string, Promise<Runtime>>()

export function runtime(name: 'node' | 'wasm'): Promise<Runtime> {
  const known =
    runtimes.get(name) ?? (name === 'node' ? createNodeRuntime({ threads: 1 }) : createWasmRuntime())
  runtimes.set(name, known)
  return known
}

/** Encodes with the committed model. The ladder is a list of widths of one quality, or of rungs. */
export async function encode(
  image: RgbImage,
  widths: readonly (number | { width: number; quality: number })[],
  options: { readonly quality?: number } & Partial<EncodeOptions> = {},
): Promise<Uint8Array> {
  const { quality = 60, ...rest } = options
  return await encodePicture(image, {
    encoder: await runtime('node'),
    decoder: await runtime('wasm'),
    ladder: widths.map((rung) => (typeof rung === 'number' ? { width: rung, quality } : rung)),
    sha256: new Uint8Array(16).fill(7),
    resize: async (source, width, height) => resample(source, width, height),
    ...rest,
  })
}

export function largestDifference(a: Uint8Array, b: Uint8Array): number {
  let largest = a.length === b.length ? 0 : Number.POSITIVE_INFINITY
  for (let i = 0; i < a.length; i++)
    largest = Math.max(largest, Math.abs((a[i] as number) - (b[i] as number)))
  return largest
}
