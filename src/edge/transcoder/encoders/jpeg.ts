import { concat } from '../../../core/bytes.ts'
import { StrataError } from '../../../core/errors.ts'
import { MAX_PICTURE_BYTES } from '../../../core/limits/table.ts'
import { release } from '../../../core/release.ts'
import { needsFullChroma } from '../../../pixels/chroma-loss.ts'
import type { JpegKernel, JpegSubsampling } from '../../../pixels/jpeg/types.ts'
import { createJpegWriter } from '../../../pixels/jpeg/writer.ts'
import { checkEncodedSize } from '../limits.ts'
import type { EncodeTarget, PictureEncoder } from './encoder.ts'
import { checkedRows, collectRgb } from './rows.ts'

/** Up to here a picture is collected and looked at before it is written, in 12 MB; above, rows are written as they come. */
const MAX_COLLECTED_PIXELS = 4e6

/**
 * Baseline JPEG by our own writer: 4:2:0, or 4:4:4 where the picture has edges of colour that 4:2:0 would smear. Pictures
 * above 4 megapixels are 4:2:0 always.
 * @param kernel JPEG arithmetic. @default the TypeScript reference
 */
export function createJpegEncoder(kernel?: JpegKernel): PictureEncoder {
  async function write(
    rows: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    { width, height, quality }: EncodeTarget,
    subsampling: JpegSubsampling,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const writer = createJpegWriter({ width, height, quality, subsampling, kernel })
    const parts: Uint8Array[] = []
    let length = 0
    const keep = (part: Uint8Array) => {
      length += part.length
      if (length > MAX_PICTURE_BYTES) throw tooManyBytes()
      parts.push(part)
    }
    for await (const chunk of rows) {
      const ready = writer.write(chunk)
      if (ready !== undefined) keep(ready)
    }
    keep(writer.finish())
    return concat(parts)
  }

  async function encode(
    rows: AsyncIterable<Uint8Array>,
    target: EncodeTarget,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { width, height, channels = 3 } = target
    checkEncodedSize('jpeg', width, height)
    if (channels !== 3) throw new StrataError('INTERNAL', `jpeg: expected 3 channels, got ${channels}`)
    if (width * height > MAX_COLLECTED_PIXELS) return await write(checkedRows(rows, target), target, '420')
    const data = await collectRgb(rows, target)
    const file = await write([data], target, needsFullChroma(data, 3, width, height) ? '444' : '420')
    release(data)
    return file
  }

  return { format: 'jpeg', encode }
}

/** Noise at the best quality: the other formats' sizes are bounded such that it fits. */
function tooManyBytes(): StrataError {
  const expected = `at most ${MAX_PICTURE_BYTES} bytes, got more; a smaller w or q gives fewer`
  return new StrataError('INPUT_TOO_LARGE', `jpeg: expected ${expected}`)
}
