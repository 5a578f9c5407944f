import { throwIfAborted } from '../../../core/abort.ts'
import { concat } from '../../../core/bytes.ts'
import type { JpegKernel } from '../../../pixels/jpeg/types.ts'
import { createJpegWriter } from '../../../pixels/jpeg/writer.ts'
import type { PictureEncoder } from './encoder.ts'

export function createJpegEncoder(kernel?: JpegKernel): PictureEncoder {
  return {
    format: 'jpeg',
    async encode(rows, { width, height, quality, signal }) {
      const writer = createJpegWriter({ width, height, quality, subsampling: '420', kernel })
      const parts: Uint8Array[] = []
      for await (const chunk of rows) {
        throwIfAborted(signal)
        const ready = writer.write(chunk)
        if (ready !== undefined) parts.push(ready)
      }
      parts.push(writer.finish())
      return concat(parts)
    },
  }
}
