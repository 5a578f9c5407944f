/**
 * Widths in device pixels that pages ask pictures in: those of common screens and of what is laid out on them. The edge
 * snaps the widths of hints up to them, and the browser library lists them in `srcset`, so that both ask for the same
 * variants.
 */
export const SCREEN_WIDTHS: readonly number[] = [
  384, 640, 750, 828, 1080, 1200, 1280, 1600, 1920, 2048, 2560, 3840,
]

/** Width in device pixels of a picture whose URL names none, where no hint does. The edge may be set to another. */
export const DEFAULT_WIDTH = 1280
