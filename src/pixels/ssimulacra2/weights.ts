/** Norms of one channel at one scale: means of the maps SSIM, ringing and blurring, then their 4-norms. */
export const NORMS_PER_CHANNEL = 6

export const CHANNELS = 3
const MOST_SCALES = 6

/** Smallest side of a scored picture and of a scale, in pixels. */
export const SMALLEST_SIDE = 8

/**
 * Weights of SSIMULACRA 2.1 for its 108 norms, by number: ordered by channel (X, Y, B - Y), then scale, then norm. The 83
 * missing weights are 0 or below .002, .02 in all, and change no score by .05.
 */
const WEIGHTS: Readonly<Record<number, number>> = {
  9: 1.1041726426657346,
  15: 1.8422455520539298,
  16: 11.441172603757666,
  21: 1.8787594979546387,
  22: 10.94906990605142,
  25: 0.9677937080626833,
  28: 0.9981766977854967,
  39: 7.466890328078848,
  41: 17.445833984131262,
  45: 6.683678146179332,
  47: 1.027889937768264,
  48: 225.20515300849274,
  51: 19.213238186143016,
  54: 176.39317598450694,
  57: 24.43300999870476,
  58: 0.28520802612117757,
  63: 34.77906344483772,
  64: 44.835625328877896,
  93: 8.826982764996862,
  94: 23.19243343998926,
  96: 95.1080498811086,
  97: 0.9863978034400682,
  98: 0.9834382792465353,
  100: 171.2667255897307,
  101: 0.9807858872435379,
}

/**
 * The six weights of a channel at a scale. Norms are numbered without gaps: in a picture with fewer than six scales, the
 * norms of later channels get weights of earlier ones, as in the reference tool.
 *
 * @param scales number of scales of the picture
 */
export function weightsOf(channel: number, scale: number, scales: number): readonly number[] {
  const first = NORMS_PER_CHANNEL * (channel * scales + scale)
  return Array.from({ length: NORMS_PER_CHANNEL }, (_, i) => WEIGHTS[first + i] ?? 0)
}

/** Number of scales of a picture, at most six. Each halves both sides of the one before; no side may be below 8. */
export function scalesOf(width: number, height: number): number {
  let scales = 1
  for (let side = Math.min(width, height); side >= SMALLEST_SIDE && scales < MOST_SCALES; scales++) {
    side = Math.ceil(side / 2)
  }
  return scales
}

/** Score of a sum of weighted norms; 100 for equal pictures. */
export function scoreOf(sum: number): number {
  const x = 0.9562382616834844 * sum
  const y = 2.326765642916932 * x - 0.020884521182843837 * x ** 2 + 6.248496625763138e-5 * x ** 3
  return y > 0 ? 100 - 10 * y ** 0.6276336467831387 : 100
}
