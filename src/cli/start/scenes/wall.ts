import type { RgbImage } from '../../../core/image.ts'
import { hash } from '../../../pixels/noise.ts'
import { blend, type Colour, clamp, develop, rgb, scale, smoothstep } from './canvas.ts'
import { paintIvy } from './ivy.ts'
import { createRelief, lightRelief, type Relief } from './relief.ts'
import { paintSign } from './sign.ts'
import { turnedNoise } from './slope-noise.ts'

const BRICKS: readonly Colour[] = [0x8e4b37, 0x9a5a42, 0x7a3d2f, 0xa86a4c, 0x6b3a32, 0xb07b5c].map(rgb)
const MORTAR = rgb(0xb3a794)
const SOOT = rgb(0x2e2a28)
const LIME = rgb(0xd8d0c4)
/** Courses of bricks in the height of the picture. */
const COURSES = 15

/** An old brick wall with an enamel sign and ivy, in the late sun. */
export function wall(width: number, height: number): RgbImage {
  const relief = createRelief(width, height)
  paintBricks(relief)
  paintSign(relief)
  paintIvy(relief)
  const canvas = lightRelief(relief, {
    direction: [-0.66, -0.58, 0.62],
    sun: [1.7, 1.42, 1.02],
    sky: [0.26, 0.31, 0.4],
    reach: width * 0.05,
    // The sun comes through the leaves of a tree.
    dapple: (x, y) =>
      0.3 + 0.7 * smoothstep(0.4, 0.56, turnedNoise((3.2 * x) / width, (3.2 * y) / width, 4, 201)),
  })
  return develop(canvas, { exposure: 1.25 })
}

function paintBricks({ width, height, depth, albedo }: Relief): void {
  const course = height / COURSES
  const brick = course * 3.1
  const joint = course * 0.075
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const bendX = course * 0.09 * (turnedNoise(x / 45, y / 45, 3, 211) - 0.5)
      const bendY = course * 0.12 * (turnedNoise(x / 60, y / 60, 3, 212) - 0.5)
      const row = Math.floor((y + bendY) / course)
      const along = (x + bendX) / brick + (row % 2) / 2 + 0.06 * (hash(row, 0, 213) - 0.5)
      const id = Math.floor(along)
      // Distances to the edges of the brick, in pixels.
      const toSide = Math.min(along - id, id + 1 - along) * brick
      const toTop = Math.min((y + bendY) / course - row, row + 1 - (y + bendY) / course) * course
      const chip = 0.9 * joint * (turnedNoise(x / 9, y / 9, 3, 214) - 0.35)
      const inside = Math.min(toSide, toTop) - joint - Math.max(0, chip)
      const face = smoothstep(-1.5, 3.5, inside)
      const rough = turnedNoise(x / 5, y / 5, 4, 215)
      const pits = smoothstep(0.62, 0.75, turnedNoise(x / 7 + 50, y / 7, 3, 216))
      const lean = (hash(id, row, 217) - 0.5) * 4
      depth[i] = face * (9 + lean + 3.4 * rough - 4 * pits) + (1 - face) * (2.4 + 3.5 * rough)
      albedo.set(wallColour(x, y, id, row, face, rough, pits, height), 3 * i)
    }
  }
}

function wallColour(
  x: number,
  y: number,
  id: number,
  row: number,
  face: number,
  rough: number,
  pits: number,
  height: number,
): Colour {
  const burnt = BRICKS[Math.floor(hash(id, row, 218) * BRICKS.length)]!
  const cloud = turnedNoise(x / 38 + 7 * id, y / 38 + 3 * row, 4, 219)
  let colour = scale(burnt, 0.5 + 0.7 * cloud + 0.35 * rough - 0.3 * pits)
  const lime = smoothstep(0.56, 0.72, turnedNoise(x / 90, y / 120, 5, 220))
  colour = blend(colour, scale(LIME, 0.6 + 0.5 * rough), 0.5 * lime)
  colour = blend(scale(MORTAR, 0.45 + 0.75 * rough), colour, face)
  // Rain leaves streaks of soot.
  const streak = smoothstep(0.5, 0.78, turnedNoise(x / 26, y / 420, 4, 221)) * (1 - (0.5 * y) / height)
  return blend(colour, SOOT, clamp(0.6 * streak))
}
