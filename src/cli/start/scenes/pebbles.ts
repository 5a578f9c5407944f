import type { RgbImage } from '../../../core/image.ts'
import { hash } from '../../../pixels/noise.ts'
import { blend, type Colour, clamp, develop, rgb, scale, smoothstep } from './canvas.ts'
import { createRelief, lightRelief, type Relief } from './relief.ts'
import { turnedNoise } from './slope-noise.ts'

const STONES: readonly Colour[] = [
  0x8d8f92, 0x5c6068, 0xa8998a, 0x74665c, 0xc9c2b6, 0x3d4046, 0x8f7d70, 0x787f7c, 0xaba08e, 0x84878f,
].map(rgb)
const SAND: Colour = rgb(0x6b5d4c)
/** Sizes of the stones, as parts of the picture's width: a few are large, most are small. */
const [SMALLEST, LARGEST] = [0.009, 0.085]
const COUNT = 2600

/** A beach of pebbles from above, in low sun. */
export function pebbles(width: number, height: number): RgbImage {
  const relief = createRelief(width, height)
  paintSand(relief)
  const stones = Array.from({ length: COUNT }, (_, id) => createStone(id, relief))
  const topmost = new Int32Array(width * height).fill(-1)
  for (const [id, stone] of stones.entries()) layStone(relief, stone, id, topmost)
  for (const [i, id] of topmost.entries()) if (id >= 0) paintStone(relief, stones[id]!, id, i)
  const canvas = lightRelief(relief, {
    direction: [-0.75, -0.5, 0.62],
    sun: [1.75, 1.55, 1.25],
    sky: [0.3, 0.35, 0.43],
    reach: width * 0.06,
  })
  return develop(canvas, { exposure: 1.05 })
}

function paintSand({ width, height, depth, albedo }: Relief): void {
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const grain = turnedNoise(x / 4, y / 4, 3, 111)
      depth[i] = 5 * turnedNoise(x / 60, y / 60, 3, 112) + 4 * grain - 6
      albedo.set(scale(SAND, 0.35 + 1.1 * grain), 3 * i)
    }
  }
}

/** An ellipsoid in the picture, with a pattern of its own. */
interface Stone {
  readonly centreX: number
  readonly centreY: number
  readonly radius: number
  readonly cos: number
  readonly sin: number
  /** Width across, as a part of the length. */
  readonly flatness: number
  readonly colour: (u: number, v: number) => Colour
}

/** Where a pixel lies on a stone: -1 to 1 along it and across it. */
function onStone(
  { centreX, centreY, radius, cos, sin, flatness }: Stone,
  x: number,
  y: number,
): [number, number] {
  const along = (x - centreX) * cos + (y - centreY) * sin
  const across = (y - centreY) * cos - (x - centreX) * sin
  return [along / radius, across / (radius * flatness)]
}

function createStone(id: number, { width, height }: Relief): Stone {
  const random = (n: number) => hash(id, n, 101)
  const angle = Math.PI * random(4)
  return {
    centreX: random(2) * width,
    centreY: random(3) * height,
    radius: width * (SMALLEST + (LARGEST - SMALLEST) * random(1) ** 5.5),
    cos: Math.cos(angle),
    sin: Math.sin(angle),
    flatness: 0.58 + 0.4 * random(5),
    colour: stonePattern(id),
  }
}

/** Raises the pixels that a stone covers and nothing else covers, and writes its number there. */
function layStone({ width, height, depth }: Relief, stone: Stone, id: number, topmost: Int32Array): void {
  const { centreX, centreY, radius } = stone
  const thickness = radius * (0.5 + 0.3 * hash(id, 6, 101))
  const bottom = -0.75 * thickness + 0.035 * width * (hash(id, 7, 101) - 0.5)
  const corners = 2.1 + 1.1 * hash(id, 8, 101)
  for (let y = Math.max(0, Math.floor(centreY - radius)); y < Math.min(height, centreY + radius); y++) {
    for (let x = Math.max(0, Math.floor(centreX - radius)); x < Math.min(width, centreX + radius); x++) {
      const [u, v] = onStone(stone, x, y)
      const oval = (Math.abs(u) ** corners + Math.abs(v) ** corners) ** (1 / corners)
      if (oval >= 1) continue
      const distance = oval + 0.34 * (turnedNoise(u * 1.3 + 9 * id, v * 1.3, 2, 121) - 0.3)
      if (distance >= 1) continue
      const top = bottom + thickness * 1.6 * (1 - Math.max(distance, 0) ** 2) ** 0.42
      const i = y * width + x
      if (top <= depth[i]!) continue
      depth[i] = top
      topmost[i] = id
    }
  }
}

/** Colours a pixel of a stone, and makes its surface rough. */
function paintStone({ width, depth, albedo, gloss }: Relief, stone: Stone, id: number, i: number): void {
  const [x, y] = [i % width, Math.floor(i / width)]
  const rough = turnedNoise(x / 3.1 + id, y / 3.1, 3, 122) - 0.5
  depth[i]! += 1.1 * rough
  albedo.set(scale(stone.colour(...onStone(stone, x, y)), 0.86 + 0.5 * rough), 3 * i)
  gloss[i] = 0.1 * hash(id, 9, 101) ** 2
}

/** The pattern of one stone: speckles, bands or veins on its own colour. */
function stonePattern(id: number): (u: number, v: number) => Colour {
  const base = blend(
    STONES[Math.floor(hash(id, 11, 101) * STONES.length)]!,
    STONES[Math.floor(hash(id, 12, 101) * STONES.length)]!,
    0.5 * hash(id, 13, 101),
  )
  const other = STONES[Math.floor(hash(id, 14, 101) * STONES.length)]!
  const kind = hash(id, 15, 101)
  const fine = 9 + 6 * hash(id, 16, 101)
  return (u, v) => {
    const cloud = turnedNoise(u * 2.2 + id, v * 2.2, 4, 131)
    const ground = scale(base, 0.7 + 0.6 * cloud)
    if (kind < 0.4) {
      const speckle = turnedNoise(u * fine + id, v * fine, 2, 132)
      return blend(
        ground,
        speckle > 0.5 ? rgb(0xd8d4cc) : rgb(0x2a2a2e),
        0.55 * smoothstep(0.14, 0.3, Math.abs(speckle - 0.5)),
      )
    }
    if (kind < 0.65) {
      const band = Math.sin(9 * (v + 0.5 * (turnedNoise(u * 1.5 + id, v * 1.5, 3, 133) - 0.5)) + id)
      return blend(ground, other, 0.4 * smoothstep(-0.2, 0.7, band))
    }
    if (kind < 0.8) {
      const vein = Math.abs(turnedNoise(u * 1.4 + id, v * 1.4, 4, 134) - 0.5)
      return blend(ground, rgb(0xe4e0d8), 0.8 * clamp(1 - vein / 0.012))
    }
    return ground
  }
}
