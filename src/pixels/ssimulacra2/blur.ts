import { cosines, REACH, SPAN } from './gaussian.ts'

const { fround } = Math

/** Functions read it element by element, which tells the compiler that the values have 32 bits and saves conversions. */
const FACTORS = cosines()

/** Index of a row's first value in the input of a blur. Zeros lie in front of the row, and REACH zeros behind it. */
export const ROW_START = SPAN

/** Makes the input of a blur for rows of `width` values. */
export function blurInput(width: number): Float32Array {
  return new Float32Array(SPAN + width + REACH)
}

/** Blurs a plane row by row, with zeros around it. */
interface Blur {
  /** Takes row y of the plane, in an array of `blurInput`, and computes row y - REACH of the blurred plane. */
  write(row: Float32Array): void
  /** The blurred row; the next `write` replaces it. */
  readonly out: Float32Array
}

/**
 * Makes a blur. Rounding errors of the recursion add up along a row and a column, and in large bright flat areas they
 * become visible in the score. Each step therefore rounds to 32 bits exactly where the reference tool does.
 */
export function createBlur(width: number): Blur {
  const out = new Float32Array(width)
  const line = new Float32Array(width + REACH)
  /** The last SPAN rows, blurred horizontally. Row y lies at y % SPAN. */
  const ring = new Float32Array(SPAN * width)
  /** The last two values of the three recursions in each column. */
  let newer = new Float32Array(3 * width)
  let older = new Float32Array(3 * width)
  let at = 0

  function write(row: Float32Array): void {
    blurAcross(row, line)
    blurDown(line, ring, at, newer, older, out)
    at = at + width === ring.length ? 0 : at + width
    const oldest = older
    older = newer
    newer = oldest
  }

  return { write, out }
}

/** @param line receives value x at index x + REACH */
function blurAcross(row: Float32Array, line: Float32Array): void {
  const in1 = FACTORS[0]!
  const in3 = FACTORS[1]!
  const in5 = FACTORS[2]!
  const previous1 = FACTORS[3]!
  const previous3 = FACTORS[4]!
  let newer1 = 0
  let newer3 = 0
  let newer5 = 0
  let older1 = 0
  let older3 = 0
  let older5 = 0
  for (let i = 0; i < line.length; i++) {
    const sum = fround(row[i]! + row[i + SPAN]!)
    const next1 = fround(fround(fround(sum * in1) - older1) - previous1 * newer1)
    const next3 = fround(fround(fround(sum * in3) - older3) - previous3 * newer3)
    const next5 = fround(fround(sum * in5) - older5)
    older1 = newer1
    older3 = newer3
    older5 = newer5
    newer1 = next1
    newer3 = next3
    newer5 = next5
    line[i] = fround(next1 + next3) + next5
  }
}

/** Replaces the oldest row of `ring` by `line`. `older` receives the new values of the recursions. */
function blurDown(
  line: Float32Array,
  ring: Float32Array,
  at: number,
  newer: Float32Array,
  older: Float32Array,
  out: Float32Array,
): void {
  const width = out.length
  const third = 2 * width
  const in1 = FACTORS[0]!
  const in3 = FACTORS[1]!
  const in5 = FACTORS[2]!
  const previous1 = FACTORS[3]!
  const previous3 = FACTORS[4]!
  for (let x = 0; x < width; x++) {
    const entering = line[x + REACH]!
    const sum = fround(ring[at + x]! + entering)
    ring[at + x] = entering
    const next1 = fround(sum * in1 - fround(newer[x]! * previous1 + older[x]!))
    const next3 = fround(sum * in3 - fround(newer[width + x]! * previous3 + older[width + x]!))
    const next5 = fround(sum * in5 - older[third + x]!)
    older[x] = next1
    older[width + x] = next3
    older[third + x] = next5
    out[x] = fround(next1 + next3) + next5
  }
}
