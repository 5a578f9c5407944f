/**
 * Chroma loss above which a picture is coded in 4:4:4. Three of 66 held-out photographs are above; those below would
 * take up to 70 % more bytes in 4:4:4 for the same SSIMULACRA2. Coloured text, drawings and captions on photographs are
 * above: in 4:4:4 they take up to 50 % fewer bytes, or in 4:2:0 never reach the score.
 */
const FULL_CHROMA_ABOVE = 9.5

/**
 * Pixels up to which 4:4:4 always pays: there every detail is an edge. 24 held-out photographs take 13 % fewer bytes so as AVIF
 * of 96 pixels, and 30 % as JPEG, for the same SSIMULACRA2, which half of them never reach in 4:2:0; at 128 pixels 4 and 15 %, at
 * 192 as JPEG none.
 */
const SMALL_PIXELS = 20_000

/**
 * Chroma loss above which the chroma of a WebP, which has half of the resolution, is fitted to the edges. Coloured text gains 9 to
 * 70 points of SSIMULACRA2 by that, for 5 to 25 % more bytes; photographs of a loss below take more bytes for nothing.
 */
const FITTED_CHROMA_ABOVE = 7

/** Whether chroma of half the resolution (4:2:0) had better be fitted to edges of colour: "sharp YUV" of libwebp. */
export function needsFittedChroma(data: Uint8Array, samples: 3 | 4, width: number, height: number): boolean {
  return chromaLoss(data, samples, width, height) > FITTED_CHROMA_ABOVE
}

/**
 * Whether a picture has coloured edges that chroma of half the resolution (4:2:0) would smear, or is so small that every
 * detail is an edge.
 */
export function needsFullChroma(data: Uint8Array, samples: 3 | 4, width: number, height: number): boolean {
  return width * height <= SMALL_PIXELS || chromaLoss(data, samples, width, height) > FULL_CHROMA_ABOVE
}

/**
 * Chroma detail that 4:2:0 removes: the 4-norm, over all squares of 2 x 2 pixels, of the standard deviation of their
 * chroma (Cb and Cr of BT.601, 8-bit steps). The 4-norm is sensitive to a few lines of coloured text in an otherwise
 * grey picture. An odd last row or column is left out.
 * @param samples bytes per pixel: R, G, B and perhaps a fourth channel, which is ignored
 */
export function chromaLoss(data: Uint8Array, samples: 3 | 4, width: number, height: number): number {
  const stride = samples * width
  let fourthPowers = 0
  for (let y = 0; y + 1 < height; y += 2) {
    for (let x = 0; x + 1 < width; x += 2) {
      const at = y * stride + x * samples
      let blue = 0
      let red = 0
      let squares = 0
      for (let pixel = 0; pixel < 4; pixel++) {
        const from = at + (pixel & 1) * samples + (pixel >> 1) * stride
        const r = data[from]!
        const g = data[from + 1]!
        const b = data[from + 2]!
        const cb = 0.5 * b - 0.1687 * r - 0.3313 * g
        const cr = 0.5 * r - 0.4187 * g - 0.0813 * b
        blue += cb
        red += cr
        squares += cb * cb + cr * cr
      }
      const variance = squares / 4 - (blue * blue + red * red) / 16
      fourthPowers += variance * variance
    }
  }
  const count = (width >> 1) * (height >> 1)
  return count === 0 ? 0 : (fourthPowers / count) ** 0.25
}
