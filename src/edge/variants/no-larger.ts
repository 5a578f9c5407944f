import { mediaTypeOf, type PictureFormat } from '../../format/media-type.ts'
import { SNIFF_BYTES, sniffFormat } from '../../format/sniff.ts'
import { rewrapAtOrigin } from '../origin/rewrap.ts'
import type { ImageStore } from '../store/store.ts'
import type { MadePicture } from './make-picture.ts'
import { type RenderServices, type StoredOriginal, sendOriginal } from './render-original.ts'

type OriginalServices = RenderServices & { readonly store: Pick<ImageStore, 'get' | 'readRange'> }

/**
 * A picture that is made of a whole original at its own size, or the original itself where that is smaller: without its
 * metadata, which the origin takes out.
 * @param formats in which the client takes the original
 * @returns what `picture` is where the original is larger, of another format, or the origin does not give it
 */
export async function noLarger(
  picture: MadePicture | undefined,
  source: StoredOriginal | undefined,
  formats: readonly PictureFormat[] | undefined,
  services: OriginalServices,
): Promise<MadePicture | undefined> {
  if (picture === undefined || source === undefined || formats === undefined) return picture
  try {
    const front = await services.store.readRange(source.original, 0, SNIFF_BYTES)
    if (front === undefined || front.size >= picture.bytes.length) return picture
    const sniffed = sniffFormat(await front.bytes())
    const format = formats.find((candidate) => candidate === sniffed)
    if (format === undefined) return picture
    const bytes = await sendOriginal(source, services, { isSpare: true }, (sent) =>
      rewrapAtOrigin(services.origin(), sent, format),
    )
    if (bytes === undefined || bytes.length >= picture.bytes.length) return picture
    return { bytes, by: 'origin', making: 'original', type: mediaTypeOf(format) }
  } catch {
    // The picture that was made will do.
    return picture
  }
}
