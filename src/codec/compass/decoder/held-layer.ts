import { throwIfAborted } from '../../../core/abort.ts'
import { type RgbImage, rgbImage } from '../../../core/image.ts'
import { STRIP_ROWS } from '../../../format/layout.ts'
import { type DecodedLayer, type DecodeOptions, openFile, openLatents, openPictures } from './layer-chain.ts'

/** Of a held layer by pixel: samples of the picture, latents and their entropy tables. */
const BYTES_PER_PIXEL = 11

/** A decoded layer kept for a larger one of the same file: what the layers above look at, and nothing else. */
export class HeldLayer {
  readonly #decoded: DecodedLayer

  constructor(decoded: DecodedLayer) {
    this.#decoded = decoded
  }

  /** Number of the layer. */
  get layer(): number {
    return this.#decoded.info.index
  }

  /** About how much memory it takes. */
  get bytes(): number {
    const { width, height } = this.#decoded.info
    return BYTES_PER_PIXEL * width * height
  }

  /** For one decode of a higher layer, which uses it up. */
  take(): DecodedLayer {
    return this.#decoded
  }

  /** Gives the memory back. */
  close(): void {
    this.#decoded.picture.close()
  }
}

/**
 * As `decodeRows`, but starting from a lower layer of the same file that is decoded already, and keeping this one for the
 * next. Memory grows with the picture.
 * @param below is used up, whatever happens. @default none: everything from the base on is decoded
 * @returns the layer that was decoded
 * @throws StrataError as `decodeRows`
 */
export async function* decodeOn(
  bytes: Uint8Array,
  options: DecodeOptions,
  below?: HeldLayer,
): AsyncGenerator<RgbImage, HeldLayer | undefined> {
  let held: HeldLayer | undefined
  const opened: { close(): void }[] = below ? [below] : []
  try {
    const file = await openFile(bytes, options)
    const decoded = below && below.layer < file.layer.index ? below.take() : undefined
    // The reader of contexts is the layer above, which is still to come: all latents stay.
    const latents = await openLatents(bytes, file, options, ['pixels', 'context'], { decoded })
    const pictures = await openPictures(file, options, latents, decoded)
    opened.push(...pictures)
    const [picture, source] = [pictures.at(-1), latents.at(-1)]
    if (!picture || !source) return undefined
    for (let top = 0; top < picture.height; top += STRIP_ROWS) {
      const bottom = Math.min(top + STRIP_ROWS, picture.height)
      await picture.ensure(bottom)
      throwIfAborted(options.signal)
      yield rgbImage(picture.width, bottom - top, picture.rgb(top, bottom))
    }
    opened.pop()
    held = new HeldLayer({ info: file.layer, latents: source, picture })
  } finally {
    for (const layer of opened) layer.close()
  }
  return held
}
