import { decodeLayer, layerSymbols } from '../../codec/compass/decoder/decode.ts'
import type { CodecKernels } from '../../codec/compass/kernels/kernels.ts'
import type { Runtime } from '../../runtime/types.ts'

/** Float networks agree only to their last bits, so pixels may differ by this much of 255 between decoders. */
export const PIXEL_TOLERANCE = 1

/** The output of one decoder for a file. */
export interface Decoded {
  /** Hash of the symbols of each layer. */
  readonly symbols: readonly string[]
  /** The top layer's pixels, which contain the errors of all layers below. */
  readonly pixels: Uint8Array
}

export async function decodeCase(
  file: Uint8Array,
  runtime: Runtime,
  kernels?: CodecKernels,
): Promise<Decoded> {
  const options = { runtime, kernels }
  const { data } = await decodeLayer(file, options)
  return { symbols: await layerSymbols(file, options), pixels: data }
}

/**
 * Describes how a second decoder differs on the same file; undefined when symbols are equal and pixels within tolerance.
 * Inexact entropy parameters mostly show as an error, because the entropy decoder loses its place.
 */
export async function disagreement(
  expected: Decoded,
  decode: () => Promise<Decoded>,
): Promise<string | undefined> {
  try {
    return difference(expected, await decode())
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function difference(a: Decoded, b: Decoded): string | undefined {
  if (a.symbols.length !== b.symbols.length) return `${a.symbols.length} and ${b.symbols.length} layers`
  const layer = a.symbols.findIndex((hash, i) => hash !== b.symbols[i])
  if (layer >= 0) return `other symbols in layer ${layer}`
  if (a.pixels.length !== b.pixels.length) return `${a.pixels.length} and ${b.pixels.length} samples`
  const largest = largestDifference(a.pixels, b.pixels)
  return largest > PIXEL_TOLERANCE ? `a pixel that differs by ${largest} of 255` : undefined
}

function largestDifference(a: Uint8Array, b: Uint8Array): number {
  let largest = 0
  for (let i = 0; i < a.length; i++)
    largest = Math.max(largest, Math.abs((a[i] as number) - (b[i] as number)))
  return largest
}
