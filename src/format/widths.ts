/**
 * Widths in device pixels that pages request: those of common screens and of the layouts on them. The edge rounds the
 * widths of client hints up to one of them, and the browser library lists them in `srcset`, so that both request the
 * same variants.
 */
export const SCREEN_WIDTHS: readonly number[] = [
  384, 640, 750, 828, 1080, 1200, 1280, 1600, 1920, 2048, 2560, 3840,
]

/**
 * Default width in device pixels of a picture for which neither URL nor client hints give one. An option of the edge
 * can replace it.
 */
export const DEFAULT_WIDTH = 1280
