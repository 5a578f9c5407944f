import { StrataError } from '../../../core/errors.ts'
import { release } from '../../../core/release.ts'
import type { PictureFormat } from '../../../format/media-type.ts'
import { createStarter, type LibraryParts, type Running } from '../emscripten.ts'
import { checkEncodedSize } from '../limits.ts'
import type { EncodeTarget, PictureEncoder } from './encoder.ts'
import { collectRgba } from './rows.ts'

/** A C++ encoder behind Emscripten's glue code, as jSquash builds it. */
interface Instance<Settings> {
  /** @returns null where the library fails */
  encode(rgba: Uint8Array, width: number, height: number, settings: Settings): Uint8Array | null
}

interface WasmEncoderParts<Settings> extends LibraryParts {
  readonly format: PictureFormat
  /**
   * Bytes. WebAssembly memory only grows: an instance that holds more after a picture is given up. One that is given up
   * lives on until the garbage collector comes, so what most pictures take must be kept, or there are two at a time.
   */
  readonly keptMemory: number
  /** @param rgba interleaved R, G, B, A; A is 255 in a picture without alpha */
  readonly settings: (target: EncodeTarget, rgba: Uint8Array) => Settings
}

/** Encodes whole pictures in WebAssembly. An instance that failed in any way is never used again. */
export function createWasmEncoder<Settings>(parts: WasmEncoderParts<Settings>): PictureEncoder {
  const { format, keptMemory, settings } = parts
  const start = createStarter<Instance<Settings>>(parts)
  let kept: Promise<Running<Instance<Settings>>> | undefined

  async function instance(): Promise<Running<Instance<Settings>>> {
    kept ??= start()
    try {
      return await kept
    } catch (cause) {
      kept = undefined
      throw new StrataError('TRANSCODE_FAILED', `${format}: the encoder does not load`, { cause })
    }
  }

  function run(
    running: Running<Instance<Settings>>,
    rgba: Uint8Array,
    target: EncodeTarget,
  ): Uint8Array<ArrayBuffer> {
    const { width, height } = target
    try {
      const file = running.instance.encode(rgba, width, height, settings(target, rgba))
      if (file === null || file.length === 0) throw new Error(running.lastMessage() ?? 'no file came')
      if (running.memory.buffer.byteLength > keptMemory) kept = undefined
      return new Uint8Array(file)
    } catch (cause) {
      kept = undefined
      const what = `the encoder failed on a picture of ${width}x${height}`
      throw new StrataError('TRANSCODE_FAILED', `${format}: ${what}`, { cause })
    }
  }

  async function encode(
    rows: AsyncIterable<Uint8Array>,
    target: EncodeTarget,
  ): Promise<Uint8Array<ArrayBuffer>> {
    checkEncodedSize(format, target.width, target.height)
    // First, so that no rows are decoded in vain.
    await instance()
    const rgba = await collectRgba(rows, target)
    try {
      return run(await instance(), rgba, target)
    } finally {
      release(rgba)
    }
  }

  return { format, encode }
}
