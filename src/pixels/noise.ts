/** A pseudo-random number in [0, 1) of two integers and a seed. */
export function hash(x: number, y: number, seed: number): number {
  let h =
    Math.imul(x + 0x7f4a7c15, 0x85ebca77) ^
    Math.imul(y + 0x165667b1, 0xc2b2ae3d) ^
    Math.imul(seed + 1, 0x27d4eb2f)
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39)
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32
}

/** Value noise in [0, 1): hashes at integer positions, interpolated smoothly between them. */
export function valueNoise(x: number, y: number, seed: number): number {
  const left = Math.floor(x)
  const top = Math.floor(y)
  const u = ease(x - left)
  const v = ease(y - top)
  const upper = mix(hash(left, top, seed), hash(left + 1, top, seed), u)
  const lower = mix(hash(left, top + 1, seed), hash(left + 1, top + 1, seed), u)
  return mix(upper, lower, v)
}

/** Sum of octaves of value noise, each with twice the frequency and half the amplitude of the one before; mean near 0.5. */
export function fractalNoise(x: number, y: number, octaves: number, seed: number): number {
  let sum = 0
  let weight = 0.5
  for (let octave = 0; octave < octaves; octave++) {
    sum += weight * valueNoise(x * 2 ** octave, y * 2 ** octave, seed + octave)
    weight /= 2
  }
  return sum / (1 - 2 * weight)
}

/** Noise like that of a sensor: approximately normal with mean 0 and standard deviation 1. */
export function grain(x: number, y: number, seed: number): number {
  return (hash(x, y, seed) + hash(x, y, seed + 101) + hash(x, y, seed + 202) - 1.5) * 2
}

export function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t
}

function ease(t: number): number {
  return t * t * (3 - 2 * t)
}
