/**
 * `strata bench encode`: CPU time of encoding and verifying, by phase, against encoding AVIF.
 * @module
 */

import { basename } from 'node:path'
import type { EncodeParameters } from '../../node/encode.ts'
import type { FileCodec } from '../../node/file-codec.ts'
import { cpuNow } from '../cpu-clock.ts'
import { listPictures } from '../folder.ts'
import { type EncodeRow, measureEncode } from './measure.ts'
import { type EncodeReport, summarizeEncode } from './report.ts'

interface EncodeBenchOptions {
  /** Folder of pictures. */
  readonly images: string
  readonly parameters: EncodeParameters
  readonly codec: Pick<FileCodec, 'encode' | 'prepare'>
  readonly progress: (text: string) => void
}

/** Times the encoding of all pictures of a folder. @throws StrataError FILE_FAILED, INPUT_*, MODEL_INVALID */
export async function benchEncode(options: EncodeBenchOptions): Promise<EncodeReport> {
  const { images, parameters, codec, progress } = options
  const pictures = await listPictures(images)
  await codec.prepare({})
  const startSeconds = cpuNow() / 1000
  const rows: EncodeRow[] = []
  for (const [i, path] of pictures.entries()) {
    progress(`${i + 1}/${pictures.length} ${basename(path)}`)
    rows.push(await measureEncode(path, { parameters, codec }))
  }
  return summarizeEncode(rows, startSeconds)
}
