import { hash } from '../../../pixels/noise.ts'
import { smoothstep } from './canvas.ts'
import { erodedNoise, turnedNoise } from './slope-noise.ts'

/** Heights in metres above the lake, over a plane in metres: x to the right, z away from the camera. */

/** Firs stand in cells of so many metres. */
const CELL = 9
const TREE_HEIGHT = 17
export const TREE_LINE = 430

/** Distance of the far shore from the camera; hills on both sides reach into the lake. */
function shore(x: number): number {
  return 720 + 340 * (turnedNoise(x / 420, 3.1, 3, 11) - 0.5) - 0.00009 * x * x
}

/** The bare ground. @param octaves of detail: 3 for shadows of mountains, 12 for what is near */
export function ground(x: number, z: number, octaves: number): number {
  const inland = z - shore(x)
  if (inland < -150) return 0.02 * inland
  const rise = smoothstep(-20, 3200, inland)
  const mountains = 2500 * rise * (erodedNoise(x / 2300 + 0.7, z / 2300 + 2.3, octaves, 21) - 0.11)
  const hills = 150 * smoothstep(0, 500, inland) * turnedNoise(x / 300, z / 300, Math.min(octaves, 6), 31)
  return 0.05 * inland + mountains + hills + boulders(x, z, inland)
}

/** Rocks along the shore. */
function boulders(x: number, z: number, inland: number): number {
  if (inland < -40 || inland > 60) return 0
  return 3.4 * (turnedNoise(x / 9, z / 9, 3, 41) - 0.42) * smoothstep(60, 10, Math.abs(inland - 5))
}

/** A fir at a place: how high it reaches there, and a number from 0 to 1 that is the same for the whole tree. */
export interface Tree {
  height: number
  kind: number
}

/** The highest fir over a point, as cones; `out.height` is 0 where none stands. */
export function treeAt(x: number, z: number, bare: number, out: Tree): void {
  out.height = 0
  if (bare < 1.5 || bare > TREE_LINE + 80) return
  const stand = turnedNoise(x / 160, z / 160, 3, 51)
  const density = smoothstep(0.3, 0.5, stand) * smoothstep(TREE_LINE + 60, TREE_LINE - 140, bare)
  if (density <= 0) return
  const [cellX, cellZ] = [Math.floor(x / CELL), Math.floor(z / CELL)]
  for (let i = cellX - 1; i <= cellX + 1; i++) {
    for (let k = cellZ - 1; k <= cellZ + 1; k++) {
      const kind = hash(i, k, 61)
      if (kind > density) continue
      const [centreX, centreZ] = [(i + hash(i, k, 62)) * CELL, (k + hash(i, k, 63)) * CELL]
      const radius = 2.6 + 2.2 * hash(i, k, 64)
      const distance =
        (Math.hypot(x - centreX, z - centreZ) / radius) *
        (0.8 + 0.45 * hash(Math.floor(2 * x), Math.floor(2 * z), 67))
      if (distance >= 1) continue
      const reach = TREE_HEIGHT * (0.55 + 0.75 * hash(i, k, 65)) * (1 - distance)
      if (reach <= out.height) continue
      out.height = reach
      out.kind = hash(i, k, 66)
    }
  }
}
