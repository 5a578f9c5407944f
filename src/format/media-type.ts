/** Media type of a .strata file and of every prefix of a file that ends with a layer. */
export const STRATA_TYPE = 'image/vnd.strata'

/** The formats in which pictures are sent to clients that do not decode .strata. */
export const PICTURE_FORMATS = ['avif', 'webp', 'jpeg', 'png'] as const
export type PictureFormat = (typeof PICTURE_FORMATS)[number]

/** Formats that only the origin makes: animations for clients that take no WebP. */
export type RenderFormat = PictureFormat | 'gif'

export function mediaTypeOf<F extends RenderFormat>(format: F): `image/${F}` {
  return `image/${format}`
}
