import { encodePicture } from '../../codec/compass/encoder/encode.ts'
import type { RgbImage } from '../../core/image.ts'
import type { Rung } from '../../format/ladder.ts'
import { resample } from '../../pixels/resample.ts'
import type { Runtime } from '../../runtime/types.ts'

/** A picture and the ladder with which it is encoded. */
export interface EncodeCase {
  readonly image: RgbImage
  readonly ladder: readonly Rung[]
}

/** Encodes a case without verification. @throws StrataError as `encodePicture` */
export async function encodeCase(
  { image, ladder }: EncodeCase,
  { encoder, decoder }: { readonly encoder: Runtime; readonly decoder: Runtime },
): Promise<Uint8Array> {
  const resize = async (source: RgbImage, width: number, height: number) => resample(source, width, height)
  return await encodePicture(image, { encoder, decoder, ladder, sha256: new Uint8Array(16), resize })
}
