import { STEP_BITS, shownBy, signsOf } from './coefficients.ts'
import { product, SIDE } from './lapped.ts'
import { fromBase64, type Model, model } from './tables.ts'

/** [3, 3], orthonormal, from R, G, B: luma, red against blue, green against both. */
export const COLOUR: Float64Array = /* @__PURE__ */ Float64Array.from(
  [1, 1, 1, 1, 0, -1, -0.5, 1, -0.5],
  (value, i) => value / Math.sqrt([3, 2, 1.5][Math.floor(i / 3)]!),
)

/** A decoded placeholder, as `new ImageData(rgba, width, height)` takes it. */
export interface DecodedPlaceholder {
  readonly width: 32
  readonly height: 32
  readonly rgba: Uint8ClampedArray<ArrayBuffer>
}

/**
 * Decodes the beginning of a placeholder's code to 32x32 pixels, to be stretched to the picture's shape. The more
 * bytes, the better the picture: At least 16 are needed, and those after the 32nd are ignored, because this small
 * decoder does not hold their codewords.
 *
 * @param code bytes or their base64, as `placeholder.base64` in `GET /img/:id.json` has them, or what `placeholderCode` made
 * @throws RangeError when there are fewer than 16 bytes, or when the text is not base64. It is not a StrataError,
 *   because the list of error codes is as large as the decoder
 */
export function decodePlaceholder(code: Uint8Array | string): DecodedPlaceholder {
  const opened = model()
  const planes = planesOf(opened, shownBy(opened, signsOf(bytesOf(code))))
  const rgba = new Uint8ClampedArray(4 * SIDE * SIDE)
  for (let i = 0; i < SIDE * SIDE; i++) {
    for (let j = 0; j < 3; j++) {
      let value = 0.5
      for (let plane = 0; plane < 3; plane++) value += COLOUR[3 * plane + j]! * planes[plane]![i]!
      rgba[4 * i + j] = value * 255
    }
    rgba[4 * i + 3] = 255
  }
  return { width: SIDE, height: SIDE, rgba }
}

/** Three planes of 32x32 samples in the model's colours, from coefficients [16 x 40]. */
function planesOf(
  { lapped, places }: Pick<Model, 'lapped' | 'places'>,
  coefficients: ArrayLike<number>,
): Float64Array[] {
  const planes = [0, 1, 2].map(() => new Float64Array(SIDE * SIDE))
  for (const [i, place] of places.entries()) {
    planes[Math.floor(place / SIDE ** 2)]![place % SIDE ** 2] = coefficients[i]!
  }
  // The planes are mostly zeros, which a product skips in its first factor.
  return planes.map((plane) => product(lapped, product(plane, lapped), { ofA: true }))
}

export function bytesOf(code: Uint8Array | string): Uint8Array {
  const bytes = typeof code === 'string' ? decodedText(code) : code
  if (bytes.length < STEP_BITS / 8) {
    throw new RangeError(`placeholder: expected ${STEP_BITS / 8} bytes or more, got ${bytes.length}`)
  }
  return bytes
}

function decodedText(text: string): Uint8Array {
  try {
    return fromBase64(text)
  } catch {
    throw new RangeError(`placeholder: expected base64, got ${JSON.stringify(text.slice(0, 20))}`)
  }
}
