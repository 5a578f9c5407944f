import { hash } from '../../../pixels/noise.ts'

/** Smooth noise at a point, in [0, 1), and its slopes. */
interface SlopedValue {
  value: number
  slopeX: number
  slopeY: number
}

/** Value noise with its derivatives, written into `out`: called many millions of times, it makes no object. */
function slopeNoise(x: number, y: number, seed: number, out: SlopedValue): void {
  const left = Math.floor(x)
  const top = Math.floor(y)
  const u = x - left
  const v = y - top
  const easeU = u * u * u * (u * (6 * u - 15) + 10)
  const easeV = v * v * v * (v * (6 * v - 15) + 10)
  const a = hash(left, top, seed)
  const b = hash(left + 1, top, seed)
  const c = hash(left, top + 1, seed)
  const d = hash(left + 1, top + 1, seed)
  const twist = a - b - c + d
  out.value = a + (b - a) * easeU + (c - a) * easeV + twist * easeU * easeV
  out.slopeX = 30 * u * u * (u * (u - 2) + 1) * (b - a + twist * easeV)
  out.slopeY = 30 * v * v * (v * (v - 2) + 1) * (c - a + twist * easeU)
}

const octave: SlopedValue = { value: 0, slopeX: 0, slopeY: 0 }

/**
 * Octaves of noise that add less where those before are steep, so that slopes are smooth and ridges are sharp, as
 * erosion leaves them (Inigo Quilez, "Value noise derivatives", 2008). Each octave is turned, which hides the grid.
 * @returns 0 to about 1.2
 */
export function erodedNoise(x: number, y: number, octaves: number, seed: number): number {
  let sum = 0
  let weight = 0.6
  let [slopeX, slopeY] = [0, 0]
  for (let i = 0; i < octaves; i++) {
    slopeNoise(x, y, seed, octave)
    slopeX += octave.slopeX
    slopeY += octave.slopeY
    sum += (weight * octave.value) / (1 + slopeX * slopeX + slopeY * slopeY)
    weight *= 0.5
    const turned = 2 * (0.8 * x - 0.6 * y)
    y = 2 * (0.6 * x + 0.8 * y)
    x = turned
  }
  return sum
}

/** Octaves of smooth noise, each turned, twice as fine and half as strong; mean 0.5. */
export function turnedNoise(x: number, y: number, octaves: number, seed: number): number {
  let sum = 0
  let weight = 0.5
  for (let i = 0; i < octaves; i++) {
    slopeNoise(x, y, seed + i, octave)
    sum += weight * octave.value
    weight *= 0.5
    const turned = 2 * (0.8 * x - 0.6 * y) + 17.3
    y = 2 * (0.6 * x + 0.8 * y) + 5.1
    x = turned
  }
  return sum / (1 - 2 * weight)
}
