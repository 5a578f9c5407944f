import { StrataError } from '../../../core/errors.ts'
import { MAX_LIBRARY_BYTES } from '../../../core/limits/table.ts'
import { createStarter, type LibraryParts, type Running } from '../emscripten.ts'

/** What the bindings of both libraries return: interleaved R, G, B, A. */
export interface Decoded {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray | Uint8Array
}

/** Gives the pixels, or null where the library fails. */
type Decode<Instance> = (instance: Instance, file: Uint8Array) => Decoded | null

/**
 * Bytes: an instance that holds more after a picture is given up, because WebAssembly memory only grows and the encoder
 * needs room beside it.
 */
const KEPT_MEMORY = 16 * 1024 * 1024

/**
 * Decodes whole files in WebAssembly. An instance that failed in any way is never used again.
 * @returns a function that throws StrataError FORMAT_INVALID for what does not decode to this size, INPUT_TOO_LARGE for what
 * takes more memory than the library may have, TRANSCODE_FAILED where it does not load
 */
export function createWasmDecoder<Instance>(
  name: string,
  parts: LibraryParts,
  decode: Decode<Instance>,
): (file: Uint8Array, width: number, height: number) => Promise<Uint8Array> {
  const start = createStarter<Instance>(parts)
  let kept: Promise<Running<Instance>> | undefined

  async function running(): Promise<Running<Instance>> {
    kept ??= start()
    try {
      return await kept
    } catch (cause) {
      kept = undefined
      throw new StrataError('TRANSCODE_FAILED', `${name}: the decoder does not load`, { cause })
    }
  }

  return async (file, width, height) => {
    const { instance, memory, isCramped, lastMessage } = await running()
    const wanted = `${name}: expected a picture of ${width}x${height}`
    function failure(cause: unknown): StrataError {
      kept = undefined
      if (!isCramped())
        return new StrataError('FORMAT_INVALID', `${wanted}, got one that does not decode`, { cause })
      const most = `that is decoded in ${MAX_LIBRARY_BYTES} bytes of memory`
      return new StrataError('INPUT_TOO_LARGE', `${wanted} ${most}, got one that takes more`, { cause })
    }
    let decoded: Decoded | null
    try {
      decoded = decode(instance, file)
    } catch (cause) {
      throw failure(cause)
    }
    if (decoded === null) throw failure(lastMessage())
    if (memory.buffer.byteLength > KEPT_MEMORY) kept = undefined
    const { data } = decoded
    if (decoded.width === width && decoded.height === height)
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    throw new StrataError('FORMAT_INVALID', `${wanted}, got ${decoded.width}x${decoded.height}`)
  }
}
