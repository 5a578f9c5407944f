/*
 * The table of limits: every bound that two parts must agree on, so that whatever one part accepts another can serve.
 * The ladder, uploads, plans, the transcoder, the origin, the browser library and the command line read it. A limit of
 * one part alone is defined in that part. docs/operate.md#limits documents the table, and a test compares the two.
 */

const MIB = 2 ** 20

/* Pictures and their files. */

/** Pixels of a side: the container and JPEG (T.81 B.2.2) write sides in 16 bits. */
export const MAX_DIMENSION = 65_535
/** Pixels of an original: 300 MB once decoded, which a small origin holds twice. No decoder starts on more. */
export const MAX_SOURCE_PIXELS = 100e6
/**
 * Pixels of all frames of an animation together, as many as of a still picture. Of a larger one only the first frame is
 * used.
 */
export const MAX_ANIMATION_PIXELS = MAX_SOURCE_PIXELS
/** Layers of a file. A ladder for screens has seven; the others allow pure quality layers. */
export const MAX_LAYERS = 16
/**
 * Pixels of all layers of a ladder, divided by those of its largest layer. Decoding a layer decodes all layers below
 * it, so this bounds how much more the largest layer costs than a file with that layer alone. The default ladders have
 * 2.5, halves 1.3, 16 equal layers 16.
 */
export const MAX_LADDER_WORK = 6

/* Bytes of bodies. */

/** Bytes of an upload, at the edge and at the origin. Cloudflare's plans accept 100 MB. */
export const MAX_UPLOAD_BYTES = 100 * MIB
/** Bytes of a .strata file: an isolate of 128 MB must hold the file while it checks and stores it. */
export const MAX_FILE_BYTES = 48 * MIB
/** Bytes of a file's prefix that is sent to the transcoder, which holds it as a whole beside a decoder. */
export const MAX_PREFIX_BYTES = 32 * MIB
/**
 * Bytes of a picture that the transcoder or the origin makes: the edge holds it as a whole. A PNG of 8 megapixels stays
 * below.
 */
export const MAX_PICTURE_BYTES = 32 * MIB

/* Work of the transcoder for one request, within the 128 MB of an isolate. */

/**
 * Width of the widest layer that is decoded, in pixels: with our kernels, a strip of 256 rows of this width takes 50
 * MB.
 */
export const MAX_STRIP_WIDTH = 4096
/** The same limit with ONNX Runtime, which takes more memory for its floats and its own code. */
export const MAX_ONNX_STRIP_WIDTH = 2560
/** Pixels of all COMPASS layers that are decoded for one picture. They take about 10 seconds. */
export const MAX_DECODED_PIXELS = 64e6
/**
 * Pixels of a layer that is a picture file, by its coding. It is decoded as a whole, which takes 4 bytes per pixel and
 * the decoder's own memory: at 4 megapixels with alpha WebP takes 31 MiB of WebAssembly memory and AVIF 167 MiB. PNG
 * takes 5 more bytes per pixel.
 */
export const MAX_DECODED_PICTURE_PIXELS = { webp: 4e6, 'webp-animated': 4e6, png: 4e6, avif: 1.2e6 } as const
/**
 * Bytes of WebAssembly memory of one library that decodes or encodes pictures. A small file can demand much memory: a
 * WebP of 0.6 MB with the largest number of prefix codes takes 890 MiB. Photographs of the sizes above take 63 MiB
 * (WebP) and 84 MiB (lossless AVIF); encoding noise takes 83 MiB.
 */
export const MAX_LIBRARY_BYTES = 96 * MIB
/**
 * Pixels of the largest picture that each encoder is given, since a decoder shares the memory. Measured in WebAssembly
 * memory: AVIF takes 42 MiB for 1280 x 853 and 53 MiB for 1500 x 1000; WebP 34 MiB for a photograph of 2 megapixels and
 * 82 MiB for noise at the best quality. JPEG and PNG are written row by row; their file is collected, up to
 * MAX_PICTURE_BYTES.
 */
export const MAX_ENCODED_PIXELS = { avif: 1.5e6, webp: 2e6, jpeg: 40e6, png: 8e6 } as const
/**
 * Pixels of a COMPASS layer that is transcoded. A JPEG of the layer's own size can be made, so that a client that
 * accepts nothing else gets a picture.
 */
export const MAX_LAYER_PIXELS = MAX_ENCODED_PIXELS.jpeg
/** Pixels of a JPEG in which detail is hidden. The whole JPEG is held with its coefficients: 12 bytes per pixel. */
export const MAX_EMBEDDED_PIXELS = 3e6

/* Sizes on which edge and origin must agree. */

/**
 * Longest side of a picture in each format, in pixels: the limits of WebP's key frame (RFC 6386 §9.1), of AVIF by
 * libvips and of JPEG by libjpeg.
 */
export const MAX_FORMAT_SIDE = { avif: 16_384, webp: 16_383, jpeg: 65_500, png: MAX_DIMENSION } as const
/**
 * Longest side of a box that a picture is padded to, in pixels. Without this limit a URL could demand any amount of
 * memory, because the source does not bound such a box.
 */
export const MAX_PADDED_SIDE = 4096

/**
 * Largest number of device pixels per CSS pixel; larger values count as this one. Denser screens exist, but the eye
 * does not see the difference.
 */
export const MAX_DPR = 4

/* Time, in milliseconds. */

/** Time in which the origin makes a picture that a page waits for. */
export const RENDER_MS = 30_000
/** Time in which the origin makes a picture for a background job. */
export const BACKGROUND_RENDER_MS = 120_000

/* Variants of one picture. */

/**
 * Variants of one file that the bucket keeps, as many as one listing returns. Further variants are made and sent, but
 * not kept there.
 */
export const MAX_KEPT_PICTURES = 1000
