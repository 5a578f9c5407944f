import sharp from 'sharp'

const WIDTH = 96
const HEIGHT = 64

/** A small PNG, different every time, so that a deployment cannot know it already. */
export async function probePicture(): Promise<Uint8Array> {
  const [phase, slope] = [6 * Math.random(), 0.05 + 0.1 * Math.random()]
  const data = new Uint8Array(3 * WIDTH * HEIGHT)
  for (let i = 0; i < data.length; i++) {
    const [x, y] = [Math.floor(i / 3) % WIDTH, Math.floor(i / 3 / WIDTH)]
    data[i] = 128 + 100 * Math.sin(phase + (i % 3) + slope * (x + 2 * y))
  }
  return await sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .png()
    .toBuffer()
}
