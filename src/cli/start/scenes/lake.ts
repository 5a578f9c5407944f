import type { RgbImage } from '../../../core/image.ts'
import {
  blend,
  type Canvas,
  type Colour,
  clamp,
  createCanvas,
  develop,
  rgb,
  scale,
  smoothstep,
} from './canvas.ts'
import { sky } from './sky.ts'
import { turnedNoise } from './slope-noise.ts'
import { ground, TREE_LINE, type Tree, treeAt } from './terrain.ts'

/** Metres of the camera above the water. */
const EYE = 9
const NEAR = 60
const FAR = 11_000
/** Each step into the picture is this much longer than the one before. */
const STEP = 1.003
/** Direction to the sun: x, y (up), z. */
const SUN = normalized([-0.62, 0.46, -0.38])
const SUNLIGHT: Colour = [1.55, 1.4, 1.18]
const SKYLIGHT: Colour = [0.3, 0.38, 0.52]
const ROCK = [rgb(0x6f6a66), rgb(0x8b8176), rgb(0x4d4b4c)] as const
const MEADOW = [rgb(0x4f5f2c), rgb(0x85824a)] as const
const FIR = [rgb(0x1f3322), rgb(0x3d5228)] as const
const SNOW = rgb(0xf0f3f7)
const DEEP_WATER = rgb(0x0b2a33)
const HAZE = rgb(0xb4c6d8)

/** Mountains with firs and snow behind a lake that reflects them. */
export function lake(width: number, height: number): RgbImage {
  const focal = 0.95 * width
  const horizon = Math.round(0.56 * height)
  const canvas = createCanvas(width, height)
  const mirror = createCanvas(width, height)
  for (let x = 0; x < width; x++) {
    const across = (x + 0.5 - width / 2) / focal
    paintColumn(mirror, x, across, focal, horizon, -EYE)
    paintColumn(canvas, x, across, focal, horizon, EYE)
  }
  for (let y = horizon; y < height; y++) {
    for (let x = 0; x < width; x++) paintWater(canvas, mirror, x, y, focal, horizon)
  }
  return develop(canvas, { exposure: 1.2 })
}

/** Land and sky of one column, from the front to the back; a negative `eye` gives what the water mirrors. */
function paintColumn(
  canvas: Canvas,
  x: number,
  across: number,
  focal: number,
  horizon: number,
  eye: number,
): void {
  const tree: Tree = { height: 0, kind: 0 }
  let lowest = eye > 0 ? canvas.height : horizon
  let before = 0
  for (let z = NEAR; z < FAR && lowest > 0; z *= STEP) {
    // The reflection needs less detail, because waves distort it.
    const octaves = (z < 1500 ? 10 : 9) - (eye > 0 ? 0 : 3)
    const bare = ground(across * z, z, octaves)
    if (bare < 0) {
      if (eye > 0) lowest = Math.min(lowest, Math.ceil(horizon + (focal * eye) / z))
      before = 0
      continue
    }
    treeAt(across * z, z, bare, tree)
    const top = Math.max(0, Math.ceil(horizon - (focal * (bare + tree.height - eye)) / z))
    // On a cliff one step covers many rows, each of which has a place of its own.
    const rows = tree.height > 0 ? 1 : lowest - top
    for (let y = lowest - 1; y >= top; ) {
      const share = rows > 1 ? (lowest - y) / rows : 1
      const placeZ = z * (1 - (1 - share) * (1 - 1 / STEP))
      const colour = landColour(across * placeZ, placeZ, before + (bare - before) * share, tree, octaves)
      for (const end = rows > 1 ? y - 1 : top - 1; y > end; y--) put(canvas, x, y, colour)
    }
    lowest = Math.min(lowest, top)
    before = bare
  }
  for (let y = Math.min(lowest, horizon) - 1; y >= 0; y--)
    put(canvas, x, y, sky(across, (horizon - y) / focal))
}

function landColour(x: number, z: number, bare: number, tree: Tree, octaves: number): Colour {
  const reach = 0.0013 * z
  const slopeX = (ground(x + reach, z, octaves) - bare) / reach
  const slopeZ = (ground(x, z + reach, octaves) - bare) / reach
  const normal = normalized([-slopeX, 1, -slopeZ])
  const flat = normal[1]
  const patch = turnedNoise(x / 60, z / 60, 5, 81)
  let albedo = blend(
    blend(ROCK[2], ROCK[0], patch * 1.6),
    ROCK[1],
    clamp(turnedNoise(x / 14, bare / 5, 4, 82) * 1.7 - 0.5),
  )
  const grass =
    smoothstep(0.5, 0.78, flat + 0.3 * (patch - 0.5)) * smoothstep(TREE_LINE + 260, TREE_LINE - 100, bare)
  albedo = blend(albedo, blend(MEADOW[0], MEADOW[1], turnedNoise(x / 25, z / 25, 4, 83)), grass)
  const snow =
    smoothstep(0.42, 0.62, flat + 0.34 * (patch - 0.5)) * smoothstep(560, 900, bare + 420 * (patch - 0.5))
  albedo = blend(albedo, SNOW, snow)
  let sun = Math.max(0, normal[0] * SUN[0] + normal[1] * SUN[1] + normal[2] * SUN[2]) * sunAt(x, z, bare)
  let open = 0.45 + 0.55 * flat
  if (tree.height > 0.5) {
    const depth = clamp(tree.height / 17)
    const needles = turnedNoise(x * 1.1, (bare + tree.height) * 1.4, 3, 84)
    albedo = scale(blend(FIR[0], FIR[1], tree.kind), 0.55 + 0.9 * needles)
    sun = sunAt(x, z, bare + tree.height) * (0.12 + 0.75 * depth * tree.kind + 0.5 * needles * depth)
    open = 0.18 + 0.75 * depth
  } else if (grass > 0.3 || bare < 3)
    albedo = scale(albedo, 0.55 + 0.9 * turnedNoise(x / 2.5, z / 2.5, 4, 85))
  const lit: Colour = [
    albedo[0] * (SUNLIGHT[0] * sun + SKYLIGHT[0] * open),
    albedo[1] * (SUNLIGHT[1] * sun + SKYLIGHT[1] * open),
    albedo[2] * (SUNLIGHT[2] * sun + SKYLIGHT[2] * open),
  ]
  return blend(lit, HAZE, 0.86 * (1 - Math.exp(-z / (9000 + 9 * bare))))
}

/** Sunlight at a point: 0 in the shadow of a mountain, 1 without shadow. */
function sunAt(x: number, z: number, height: number): number {
  let open = 1
  for (let distance = 30; distance < 2600 && open > 0; distance *= 1.7) {
    const clearance = height + SUN[1] * distance - ground(x + SUN[0] * distance, z + SUN[2] * distance, 4)
    open = Math.min(open, 0.5 + (9 * clearance) / distance)
  }
  return clamp(open)
}

/** Paints the water: waves reflect the scene above them, less at steeper viewing angles. */
function paintWater(
  canvas: Canvas,
  mirror: Canvas,
  x: number,
  y: number,
  focal: number,
  horizon: number,
): void {
  const at = 3 * (y * canvas.width + x)
  // Skip land in front of the water, which is painted already.
  if (canvas.light[at]! > 0) return
  const down = (y + 0.5 - horizon) / focal
  const z = EYE / down
  const worldX = ((x + 0.5 - canvas.width / 2) / focal) * z
  const calm = smoothstep(0.35, 0.65, turnedNoise(worldX / 90, z / 260, 3, 91))
  const strength = (0.3 + 0.7 * calm) * smoothstep(1500, 60, z)
  const [slopeX, slopeZ] = waves(worldX, z, strength)
  const row = clamp(horizon - (down * (1 - 2.2 * slopeZ) + 0.55 * Math.abs(slopeZ)) * focal, 0, horizon - 1)
  const reflected = sample(mirror, x + slopeX * 0.5 * focal, row)
  const facing = clamp(down * 3.2 + slopeZ * 0.9, 0.02, 1)
  const fresnel = 0.06 + 0.9 * (1 - facing) ** 3
  put(canvas, x, y, blend(DEEP_WATER, scale(reflected, 0.93), fresnel))
}

/** Slopes of the water's surface: ripples, seen flat, which fade where they are finer than a pixel. */
function waves(x: number, z: number, strength: number): [number, number] {
  let [slopeX, slopeZ] = [0, 0]
  for (const [length, height, seed] of [
    [7, 0.5, 92],
    [2.6, 0.35, 93],
    [1, 0.24, 94],
    [0.4, 0.15, 95],
  ] as const) {
    const visible = smoothstep(500 * length, 60 * length, z) * height * strength * 0.16
    if (visible === 0) continue
    slopeX += visible * (turnedNoise(x / length + 7, z / length, 2, seed) - 0.5)
    slopeZ += visible * (turnedNoise(x / (2.2 * length), z / length, 2, seed + 10) - 0.5)
  }
  return [slopeX, slopeZ]
}

/** The light between four pixels. */
function sample({ width, height, light }: Canvas, x: number, y: number): Colour {
  const left = clamp(Math.floor(x), 0, width - 2)
  const top = clamp(Math.floor(y), 0, height - 2)
  const [u, v] = [clamp(x - left), clamp(y - top)]
  const at = 3 * (top * width + left)
  const channel = (i: number) => {
    const upper = light[at + i]! * (1 - u) + light[at + 3 + i]! * u
    const lower = light[at + 3 * width + i]! * (1 - u) + light[at + 3 * width + 3 + i]! * u
    return upper * (1 - v) + lower * v
  }
  return [channel(0), channel(1), channel(2)]
}

function put({ width, light }: Canvas, x: number, y: number, [red, green, blue]: Colour): void {
  const at = 3 * (y * width + x)
  light[at] = red
  light[at + 1] = green
  light[at + 2] = blue
}

function normalized([x, y, z]: readonly [number, number, number]): [number, number, number] {
  const length = Math.hypot(x, y, z)
  return [x / length, y / length, z / length]
}
