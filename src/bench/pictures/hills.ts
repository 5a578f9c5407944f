import type { RgbImage } from '../../core/image.ts'
import { fractalNoise, grain, mix, valueNoise } from '../../pixels/noise.ts'

/** Colour of the pixel at (x, y). Channels are clamped to 0..255. */
export type Painter = (x: number, y: number) => readonly [number, number, number]

export function paint(width: number, height: number, painter: Painter): RgbImage {
  const data = new Uint8ClampedArray(3 * width * height)
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) data.set(painter(x, y), i)
  }
  return { width, height, data: new Uint8Array(data.buffer) }
}

/** Ranges of hills in haze under an evening sky, with texture and the noise of a sensor. */
export function hills(width: number, height: number): Painter {
  const ranges = Array.from({ length: 5 }, (_, i) => {
    const level = height * (0.42 + 0.12 * i)
    return Float64Array.from({ length: width }, (_, x) => {
      return (
        level - height * (0.3 - 0.03 * i) * (fractalNoise((x / width) * (2 + 1.5 * i), i, 9, 10 * i) - 0.4)
      )
    })
  })
  return (x, y) => {
    const range = ranges.findLastIndex((ridge) => y >= ridge[x]!)
    const noise = 3 * grain(x, y, 77)
    if (range < 0) {
      const cloud = 60 * Math.max(0, fractalNoise((x / width) * 5, (y / height) * 9, 6, 400) - 0.5)
      const v = y / height
      return [
        mix(92, 250, v) + cloud + noise,
        mix(132, 190, v) + cloud + noise,
        mix(196, 150, v) + cloud + noise,
      ]
    }
    const near = range / (ranges.length - 1)
    const texture = (fractalNoise(x / 60, y / 35, 6, 500 + range) - 0.5) * (30 + 150 * near)
    const light = (valueNoise(x / 300, y / 200, 600 + range) - 0.5) * 50 * near
    const shade = texture + light + noise
    return [mix(190, 52, near) + shade, mix(160, 66, near) + shade, mix(170, 34, near) + 0.7 * shade]
  }
}
