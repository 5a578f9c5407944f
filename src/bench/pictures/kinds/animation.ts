import sharp from 'sharp'
import { Canvas } from './canvas.ts'

/** A drawn animation. */
interface Animation {
  readonly width: number
  readonly height: number
  /** RGBA of each frame, 4 · width · height bytes. */
  readonly frames: readonly Uint8Array[]
  /** Duration of each frame in milliseconds. */
  readonly delays: readonly number[]
}

/** A ball that runs along a line, and a counter, on a transparent background; the last frame is shown longest. */
export function drawAnimation(width = 320, height = 200, count = 12): Animation {
  const frames = Array.from({ length: count }, (_, i) => {
    const canvas = new Canvas(width, height)
    canvas.rectangle(0, Math.round(0.9 * height), width, Math.ceil(height / 50), [51, 65, 85])
    const t = i / count
    canvas.disc(width * (0.1 + 0.8 * t), height * (0.75 - 1.6 * t * (1 - t)), 0.14 * height, [220, 38, 38])
    canvas.text(`frame ${i + 1}`, 0.06 * height, 0.06 * height, 0.1 * height, [15, 23, 42])
    return new Uint8Array(canvas.data.buffer)
  })
  return { width, height, frames, delays: frames.map((_, i) => (i === count - 1 ? 500 : 80)) }
}

/** Encodes the animation as a file that repeats forever. */
export async function animationFile(animation: Animation, format: 'gif' | 'webp'): Promise<Uint8Array> {
  const { width, height, frames, delays } = animation
  const raw = { width, height: height * frames.length, channels: 4, pageHeight: height } as const
  const pages = sharp(Buffer.concat(frames), { raw })
  const options = { delay: [...delays], loop: 0 }
  const file = format === 'gif' ? pages.gif(options) : pages.webp({ ...options, quality: 90 })
  return new Uint8Array(await file.toBuffer())
}
