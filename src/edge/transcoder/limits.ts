import type { PictureFormat } from '../../format/media-type.ts'

/**
 * Pixels of the largest picture that each encoder takes. An isolate has 128 MB for everything; libaom takes 79 MiB for
 * 1920 x 1280, libwebp about 40 bytes a pixel. The JPEG writer streams, and a JPEG has at most 65535 pixels a side.
 */
export const MAX_ENCODED_PIXELS: Readonly<Record<PictureFormat, number>> = {
  avif: 1_500_000,
  webp: 2_500_000,
  png: 2_500_000,
  jpeg: 65_535 ** 2,
}
