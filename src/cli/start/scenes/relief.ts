import { type Canvas, type Colour, clamp, createCanvas } from './canvas.ts'

/** A surface seen from the front: depth, colour and gloss of each pixel. */
export interface Relief {
  readonly width: number
  readonly height: number
  /** In pixels, towards the camera. */
  readonly depth: Float32Array
  /** Three numbers a pixel, linear. */
  readonly albedo: Float32Array
  /** Strength of the highlight, 0 to 1. */
  readonly gloss: Float32Array
}

interface Light {
  /** Direction to the light: right, down, towards the camera; of any length. */
  readonly direction: readonly [x: number, y: number, z: number]
  readonly sun: Colour
  readonly sky: Colour
  /** Longest shadow in pixels. */
  readonly reach: number
  /** Sunlight at a pixel, for shadows of things outside of the picture. @default 1 everywhere */
  readonly dapple?: (x: number, y: number) => number
}

export function createRelief(width: number, height: number): Relief {
  const pixels = width * height
  const albedo = new Float32Array(3 * pixels)
  return { width, height, depth: new Float32Array(pixels), albedo, gloss: new Float32Array(pixels) }
}

function unit([x, y, z]: Light['direction']): Light['direction'] {
  const length = Math.hypot(x, y, z)
  return [x / length, y / length, z / length]
}

/** Lights a relief: sun with shadows and highlights, and a sky that reaches hollows less. */
export function lightRelief(relief: Relief, { sun, sky, reach, dapple, ...light }: Light): Canvas {
  const { width, height, depth, albedo, gloss } = relief
  const canvas = createCanvas(width, height)
  const near = blurred(depth, width, height, 5)
  const far = blurred(depth, width, height, 24)
  const direction = unit(light.direction)
  const [lightX, lightY, lightZ] = direction
  // Half way between the light and the camera, which is straight in front.
  const half = Math.hypot(lightX, lightY, lightZ + 1)
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const here = depth[i]!
      const slopeX = (depth[x + 1 < width ? i + 1 : i]! - depth[x > 0 ? i - 1 : i]!) / 2
      const slopeY = (depth[y + 1 < height ? i + width : i]! - depth[y > 0 ? i - width : i]!) / 2
      const length = Math.sqrt(slopeX * slopeX + slopeY * slopeY + 1)
      const facing = Math.max(0, (lightZ - slopeX * lightX - slopeY * lightY) / length)
      const sunlight =
        facing === 0 ? 0 : facing * sunAt(relief, x, y, direction, reach) * (dapple?.(x, y) ?? 1)
      const hollow = 0.09 * Math.max(0, near[i]! - here) + 0.05 * Math.max(0, far[i]! - here)
      const open = 1 / (1 + hollow)
      const mirrored = Math.max(0, (lightZ + 1 - slopeX * lightX - slopeY * lightY) / (half * length))
      const highlight = gloss[i]! * sunlight * mirrored ** 60 * 2.4
      for (let channel = 0; channel < 3; channel++) {
        const colour = albedo[3 * i + channel]!
        canvas.light[3 * i + channel] =
          colour * (sun[channel]! * sunlight + sky[channel]! * open) + highlight * sun[channel]!
      }
    }
  }
  return canvas
}

/** 0 in the shadow of what stands towards the light, 1 in the open, in between at the edge of a shadow. */
function sunAt(
  { width, height, depth }: Relief,
  x: number,
  y: number,
  direction: Light['direction'],
  reach: number,
): number {
  const [lightX, lightY, lightZ] = direction
  const across = Math.hypot(lightX, lightY)
  const [stepX, stepY, rise] = [lightX / across, lightY / across, lightZ / across]
  const from = depth[y * width + x]!
  let open = 1
  for (let distance = 1.5; distance < reach; distance += 1 + distance * 0.09) {
    const [column, row] = [Math.round(x + stepX * distance), Math.round(y + stepY * distance)]
    if (column < 0 || row < 0 || column >= width || row >= height) break
    const clearance = from + rise * distance - depth[row * width + column]!
    open = Math.min(open, 0.5 + clearance / (1 + 0.12 * distance))
    if (open <= 0) return 0
  }
  return clamp(open)
}

/** Means over a square of 2 * radius + 1 pixels a side. */
function blurred(values: Float32Array, width: number, height: number, radius: number): Float32Array {
  const rows = blurLines(values, width, height, 1, width, radius)
  return blurLines(rows, height, width, width, 1, radius)
}

/** Running means along `lines` lines of `count` values that are `stride` apart. */
function blurLines(
  values: Float32Array,
  count: number,
  lines: number,
  stride: number,
  lineStride: number,
  radius: number,
): Float32Array {
  const out = new Float32Array(values.length)
  for (let line = 0; line < lines; line++) {
    const at = (i: number) => values[line * lineStride + stride * clamp(i, 0, count - 1)]!
    let sum = 0
    for (let i = -radius; i <= radius; i++) sum += at(i)
    for (let i = 0; i < count; i++) {
      out[line * lineStride + stride * i] = sum / (2 * radius + 1)
      sum += at(i + radius + 1) - at(i - radius)
    }
  }
  return out
}
