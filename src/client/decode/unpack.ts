import { StrataError } from '../../core/errors.ts'

/**
 * Parameters of a model as the build packs them: gzip of two planes of bytes, low and high, of 16-bit integers whose sign is
 * in the lowest bit.
 * @throws StrataError MODEL_INVALID when this is no such file
 */
export async function unpack(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const planes = await inflate(packed)
  const words = new Int16Array(planes.length >> 1)
  for (let i = 0; i < words.length; i++) {
    const code = planes[i]! | (planes[words.length + i]! << 8)
    // Little-endian, like WebAssembly and so wherever this runs.
    words[i] = (code >>> 1) ^ -(code & 1)
  }
  return new Uint8Array(words.buffer)
}

async function inflate(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  try {
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))
    return new Uint8Array(await new Response(stream).arrayBuffer())
  } catch (cause) {
    throw new StrataError('MODEL_INVALID', 'a packed model is damaged', { cause })
  }
}
