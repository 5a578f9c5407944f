import { hash } from '../../../pixels/noise.ts'
import { blend, type Colour, rgb, scale, smoothstep } from './canvas.ts'
import type { Relief } from './relief.ts'
import { turnedNoise } from './slope-noise.ts'

const LEAVES: readonly Colour[] = [0x2f4a1e, 0x3f5f26, 0x4d6e2b, 0x5f7d33, 0x7d8b3c, 0x8a5a2c].map(rgb)
const VEIN = rgb(0xa9b878)
const COUNT = 2300

/** Ivy that grows from the left and along the bottom: leaves over leaves, the later ones in front. */
export function paintIvy(relief: Relief): void {
  const { width, height } = relief
  for (let i = 0; i < COUNT; i++) {
    const [x, y] = [hash(i, 1, 301), hash(i, 2, 301)]
    const edge = Math.max(1 - x / 0.3, 1 - (1 - y) / 0.2, 0.9 - (1 - x) / 0.14)
    const growth = edge + 0.9 * (turnedNoise(5 * x, 5 * y, 4, 302) - 0.5)
    if (growth < 0.25) continue
    paintLeaf(relief, i, x * width, y * height, width * (0.016 + 0.017 * hash(i, 3, 301)))
  }
}

/** One leaf of five lobes, bent and tilted, with its veins. */
function paintLeaf(
  { width, height, depth, albedo, gloss }: Relief,
  id: number,
  centreX: number,
  centreY: number,
  size: number,
): void {
  // Leaves hang: most point down.
  const angle = 0.5 * Math.PI + 1.9 * (hash(id, 4, 301) - 0.5)
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const narrow = 0.75 + 0.3 * hash(id, 5, 301)
  const [tiltU, tiltV] = [0.9 * (hash(id, 6, 301) - 0.5), 1.1 * (hash(id, 7, 301) - 0.35)]
  const base = 22 + (45 * id) / COUNT + 14 * hash(id, 8, 301)
  const kind = hash(id, 9, 301)
  const colour = blend(
    LEAVES[Math.floor(kind * kind * LEAVES.length)]!,
    LEAVES[Math.floor(5 * hash(id, 10, 301))]!,
    0.5,
  )
  const reach = Math.ceil(1.1 * size)
  for (let y = Math.max(0, Math.floor(centreY - reach)); y < Math.min(height, centreY + reach); y++) {
    for (let x = Math.max(0, Math.floor(centreX - reach)); x < Math.min(width, centreX + reach); x++) {
      const u = ((x - centreX) * cos + (y - centreY) * sin) / size
      const v = ((y - centreY) * cos - (x - centreX) * sin) / (size * narrow)
      const turn = Math.atan2(v, u + 0.25)
      const radius = Math.hypot(u + 0.25, v)
      const outline =
        0.78 +
        0.17 * Math.cos(5 * turn) * smoothstep(3.1, 1.6, Math.abs(turn)) -
        0.2 * Math.abs(turn / Math.PI) ** 3
      if (radius >= outline) continue
      // A vein runs into each lobe.
      const lobe = Math.abs(turn - Math.round(turn / 1.2566) * 1.2566) * radius
      const vein = smoothstep(0.03, 0.008, lobe) * smoothstep(1, 0.3, radius / outline)
      const net = turnedNoise(u * 9 + id, v * 9, 3, 311)
      const top =
        base +
        size * (tiltU * u + tiltV * v - 0.35 * v * v - 0.2 * u * u) * 0.8 +
        size * (0.05 * smoothstep(0, 0.16, lobe) + 0.05 * net)
      const i = y * width + x
      if (top <= depth[i]!) continue
      depth[i] = top
      const rim = smoothstep(0.75, 1, radius / outline)
      let shade = scale(colour, 0.7 + 0.6 * net + 0.12 * rim)
      shade = blend(shade, VEIN, 0.55 * vein)
      if (hash(id, 11, 301) > 0.8)
        shade = blend(shade, LEAVES[5]!, 0.8 * smoothstep(0.5, 0.7, turnedNoise(u * 4 + id, v * 4, 3, 312)))
      albedo.set(shade, 3 * i)
      gloss[i] = 0.28 * (1 - 0.5 * net)
    }
  }
}
