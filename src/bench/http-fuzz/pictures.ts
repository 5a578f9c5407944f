import sharp, { type Sharp } from 'sharp'
import { gradient, photo, text } from '../pictures/formula.ts'

const raw = ({ data, width, height }: ReturnType<typeof photo>): Sharp =>
  sharp(data, { raw: { width, height, channels: 3 } })

const bytesOf = async (picture: Sharp): Promise<Uint8Array> => new Uint8Array(await picture.toBuffer())

/** Small originals of different kinds, by name. */
export async function drawOriginals() {
  const seen = sharp({ create: { width: 20, height: 14, channels: 4, background: '#3a7d' } })
  const frames = [photo(24, 16, 1), photo(24, 16, 2), photo(24, 16, 3)].map(({ data }) => data)
  const film = sharp(Buffer.concat(frames), { raw: { width: 24, height: 48, channels: 3, pageHeight: 16 } })
  const jpeg = await bytesOf(raw(photo(61, 47)).jpeg({ quality: 92 }))
  return {
    photo: jpeg,
    other: await bytesOf(raw(photo(48, 32, 7)).jpeg({ quality: 80 })),
    tall: await bytesOf(raw(gradient(9, 140)).png()),
    drawing: await bytesOf(raw(text(40, 30)).png()),
    clear: await bytesOf(seen.png()),
    dot: await bytesOf(raw(gradient(1, 1)).png()),
    film: await bytesOf(film.gif({ delay: [80, 80, 80] })),
    webp: await bytesOf(raw(photo(30, 20, 3)).webp({ quality: 70 })),
    avif: await bytesOf(raw(photo(32, 24, 4)).avif({ quality: 50, effort: 0 })),
    tiff: await bytesOf(raw(photo(12, 10, 5)).tiff({ compression: 'lzw' })),
    cut: jpeg.slice(0, Math.floor(jpeg.length / 2)),
  }
}

export type Originals = Awaited<ReturnType<typeof drawOriginals>>
