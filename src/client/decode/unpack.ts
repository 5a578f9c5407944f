import { StrataError } from '../../core/errors.ts'

/** The name under which the build packs a file of the manifest. */
export function packedName(file: string): string {
  return file.replace(/\.bin$/, '.pack')
}

/**
 * Reads the parameters of a model as the build packs them: gzip of all low bytes, then all high bytes, of 16-bit
 * integers whose sign is in the lowest bit.
 * @returns 16-bit two's complement, little-endian
 * @throws StrataError MODEL_INVALID when this is no such file
 */
export async function unpack(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const planes = await inflate(packed)
  const words = new Int16Array(planes.length >> 1)
  for (let i = 0; i < words.length; i++) {
    const code = planes[i]! | (planes[words.length + i]! << 8)
    // Little-endian, as every platform with WebAssembly.
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
