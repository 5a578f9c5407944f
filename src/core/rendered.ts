/*
 * What the edge and the origin must agree on about rendered pictures, besides their geometry (pixels/box.ts).
 */

/** Formats that `POST /render` makes, as its parameter `f` spells them. */
export const RENDER_FORMATS = ['avif', 'webp', 'jpeg', 'png'] as const
export type RenderFormat = (typeof RENDER_FORMATS)[number]

/** Header with the size of the picture that came out, `640x427`. */
export const RENDERED_SIZE = 'Strata-Size'
