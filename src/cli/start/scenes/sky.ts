import { blend, type Colour, clamp, rgb, scale, smoothstep } from './canvas.ts'
import { turnedNoise } from './slope-noise.ts'

const ZENITH = rgb(0x2f5f9e)
const HORIZON = rgb(0xc9d6df)
const CLOUD = rgb(0xfdf8f0)
const CLOUD_BASE = rgb(0x8d99a8)

/**
 * An afternoon sky with fair-weather clouds.
 * @param across direction, -1 to 1 about, to the right
 * @param up slope of the direction, 0 at the horizon, about 0.5 at the top of the picture
 */
export function sky(across: number, up: number): Colour {
  const height = Math.max(up, 0)
  const clear = blend(HORIZON, ZENITH, 1 - Math.exp(-3.4 * height))
  // Clouds lie on a plane above: they crowd together towards the horizon.
  const reach = 1 / (height + 0.13)
  const [x, y] = [across * reach * 1.35 + 4, reach * 1.5]
  const warp = turnedNoise(x * 0.9, y * 0.9, 3, 71) - 0.5
  const density = turnedNoise(x + 1.1 * warp, y + 0.8 * warp, 7, 72)
  const cover = smoothstep(0.5, 0.66, density) * smoothstep(0.02, 0.12, height)
  if (cover === 0) return clear
  // Towards the sun, which stands on the left, less cloud means more light.
  const towardsSun = turnedNoise(x + 1.1 * warp - 0.16, y + 0.8 * warp + 0.1, 5, 72)
  const lit = clamp(0.55 + 4.5 * (density - towardsSun) - 0.9 * smoothstep(0.6, 0.85, density))
  return blend(clear, scale(blend(CLOUD_BASE, CLOUD, lit), 1.05), 0.94 * cover)
}
