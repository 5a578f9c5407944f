/**
 * `strata bench delivered`: bytes of each width as the edge sends it, against files of other codecs that look as good.
 * @module
 */

import { basename } from 'node:path'
import { decodeRows } from '../../codec/compass/decoder/decode.ts'
import { StrataError } from '../../core/errors.ts'
import { createRuntime } from '../../node/compose.ts'
import { loadRescaler } from '../../node/rescalers.ts'
import { createWasmJpeg } from '../../pixels/jpeg/forward-wasm.ts'
import { listPictures } from '../folder.ts'
import { type DeliveredOptions, type DeliveredRow, measureDelivered } from './measure.ts'

interface DeliveredBenchOptions extends Pick<DeliveredOptions, 'metric' | 'jpegQuality' | 'codec'> {
  /** Folder of pictures. */
  readonly images: string
  /** Quality of all layers, 1 to 100. */
  readonly quality: number
  readonly progress: (text: string) => void
}

/**
 * Measures all pictures of a folder with the models of this package.
 * @throws StrataError FILE_FAILED, INPUT_*, MODEL_INVALID when there is no model for thumbnails
 */
export async function benchDelivered(options: DeliveredBenchOptions): Promise<DeliveredRow[]> {
  const { images, progress, ...measured } = options
  const pictures = await listPictures(images)
  const runtime = await createRuntime('wasm')
  const rescaler = await loadRescaler('hyperthumbnail', 2)
  if (!rescaler) throw new StrataError('MODEL_INVALID', 'no model for thumbnails in this installation')
  const rows: DeliveredRow[] = []
  for (const [i, path] of pictures.entries()) {
    const found = await measureDelivered(path, {
      ...measured,
      rescaler,
      kernel: runtime.kernels && createWasmJpeg(runtime.kernels),
      decodeRows: (bytes, options) => decodeRows(bytes, { ...options, runtime }),
      progress: (width) => progress(`${i + 1}/${pictures.length} ${basename(path)} ${width}`),
    })
    rows.push(...found)
  }
  return rows
}
