/*
 * The table of limits: every bound that two parts must agree on, so that what one of them accepts another can serve. The
 * ladder, uploads, plans, the transcoder, the origin, the browser library and the command line read it; what concerns one
 * part alone stands there. docs/operate.md#limits tells them to people, and a test compares the two.
 */

const MIB = 2 ** 20

/* What a picture and its file may be. */

/** Pixels of a side: the container and JPEG (T.81 B.2.2) write sides in 16 bits. */
export const MAX_DIMENSION = 65_535
/** Pixels of an original: 300 MB once decoded, which a small origin holds twice. No decoder starts on more. */
export const MAX_SOURCE_PIXELS = 100e6
/** Pixels of all frames of an animation together; of a longer one the first frame is taken. As for a still. */
export const MAX_ANIMATION_PIXELS = MAX_SOURCE_PIXELS
/** Layers of a file. A ladder of screens has seven; the rest is for layers of quality. */
export const MAX_LAYERS = 16
/**
 * Pixels of all layers of a ladder, in those of its largest one. A layer is decoded with all below it, so this is how much
 * dearer the largest may be than it has to be. The default ladders are at 2.5, halves at 1.3, 16 equal layers at 16.
 */
export const MAX_LADDER_WORK = 6

/* Bytes of bodies. */

/** Of an upload. Cloudflare's plans let 100 MB in. The origin takes as many. */
export const MAX_UPLOAD_BYTES = 100 * MIB
/** Of a .strata file: what an isolate of 128 MB can hold beside its work while it checks and stores one. */
export const MAX_FILE_BYTES = 48 * MIB
/** Of the part of a file that is sent to the transcoder, which holds it whole beside a decoder. */
export const MAX_PREFIX_BYTES = 32 * MIB
/** Of a picture that is made, by the transcoder or by the origin: the edge holds it whole. PNG of 8 megapixels stays below. */
export const MAX_PICTURE_BYTES = 32 * MIB

/* What the transcoder decodes and encodes for one request: an isolate has 128 MB. */

/** Pixels of a row: a strip of 256 of them takes 50 MB to decode with our kernels. No layer that is wider is decoded there. */
export const MAX_STRIP_WIDTH = 4096
/** The same on ONNX Runtime, which takes more memory for its floats and for itself. */
export const MAX_ONNX_STRIP_WIDTH = 2560
/** Pixels of all COMPASS layers that are decoded for one picture: some 10 seconds. */
export const MAX_DECODED_PIXELS = 64e6
/**
 * Pixels of a layer that is a picture and is decoded: as a whole, 4 bytes a pixel beside its decoder. Measured in
 * WebAssembly memory at 4 megapixels with alpha: WebP 31 MiB, AVIF 167. PNG takes 5 bytes a pixel more.
 */
export const MAX_DECODED_PICTURE_PIXELS = { webp: 4e6, 'webp-animated': 4e6, png: 4e6, avif: 1.2e6 } as const
/**
 * Bytes of WebAssembly memory of one library that decodes or encodes pictures. A file of few bytes can ask for much: a WebP
 * of 0.6 MB with as many prefix codes as there may be takes 890 MiB. Photographs of as many pixels as above take 63 MiB
 * (WebP) and 84 (AVIF, lossless), and noise takes an encoder 83.
 */
export const MAX_LIBRARY_BYTES = 96 * MIB
/**
 * Pixels of a picture that each encoder takes beside a decoder. Measured in WebAssembly memory: AVIF 42 MiB for 1280 x 853
 * and 53 for 1500 x 1000; WebP 34 MiB for 2 megapixels of a photograph, 82 for noise at its best quality. JPEG and PNG write
 * as the rows come; their file is collected, up to MAX_PICTURE_BYTES.
 */
export const MAX_ENCODED_PIXELS = { avif: 1.5e6, webp: 2e6, jpeg: 40e6, png: 8e6 } as const
/**
 * Pixels of a COMPASS layer that pictures are made of. A JPEG of its own size can be made of it, so that there is a picture for
 * a client that takes nothing else.
 */
export const MAX_LAYER_PIXELS = MAX_ENCODED_PIXELS.jpeg
/** Pixels of a JPEG in which detail is hidden. It is held whole, with its coefficients: 12 bytes a pixel. */
export const MAX_EMBEDDED_PIXELS = 3e6

/* What edge and origin must make alike. */

/**
 * Pixels of a side, where a format or its encoder has a limit: WebP's key frame (RFC 6386 §9.1), what libvips writes as AVIF,
 * and what libjpeg writes.
 */
export const MAX_FORMAT_SIDE = { avif: 16_384, webp: 16_383, jpeg: 65_500, png: MAX_DIMENSION } as const
/** Pixels of a side of a box that a picture is padded to. No picture bounds it, so a URL could ask for any amount of memory. */
export const MAX_PADDED_SIDE = 4096

/** Device pixels of a CSS pixel. Larger values count as this one: screens are denser than that, but the eye is not. */
export const MAX_DPR = 4

/* Time, in milliseconds. */

/** For a picture that a page waits for, at the origin. */
export const RENDER_MS = 30_000
/** For a picture that a job waits for. */
export const BACKGROUND_RENDER_MS = 120_000

/* How many pictures may be made of one. */

/** Pictures of one file that the bucket keeps; more are made and sent, but not kept there. One listing counts them. */
export const MAX_KEPT_PICTURES = 1000
