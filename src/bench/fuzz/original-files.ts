import sharp, { type Sharp } from 'sharp'
import { photo, text } from '../pictures/formula.ts'
import { animationFile, drawAnimation } from '../pictures/kinds/animation.ts'

/** Text in the metadata of every original, which must not occur in any picture made from it. */
export const SECRET = 'zq9secret'

const EXIF = { IFD0: { Copyright: SECRET, Artist: SECRET }, IFD3: { GPSAreaInformation: SECRET } }
const XMP = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:title="${SECRET}"/></rdf:RDF></x:xmpmeta>`

/** Small valid originals of every accepted format, and of kinds with code paths of their own. */
export async function originalFiles(): Promise<Uint8Array[]> {
  const drawn = (image: ReturnType<typeof photo>) =>
    sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } })
  const told = (picture: Sharp, orientation = 1) =>
    picture.withExif(EXIF).withXmp(XMP).withMetadata({ orientation })
  const [colour, lines] = [() => drawn(photo(48, 32)), () => drawn(text(40, 30))]
  const pictures: Sharp[] = [
    told(colour()).jpeg({ quality: 80 }),
    told(colour(), 6).jpeg({ quality: 70, progressive: true }),
    told(colour()).toColourspace('cmyk').jpeg(),
    told(lines().greyscale()).jpeg(),
    told(lines()).png(),
    told(colour().ensureAlpha(0.5)).png({ progressive: true }),
    told(lines()).png({ palette: true, colours: 4 }),
    told(colour()).toColourspace('rgb16').png(),
    told(colour()).withIccProfile('p3').png(),
    told(colour()).webp({ quality: 60 }),
    told(lines().ensureAlpha(0.3)).webp({ lossless: true }),
    told(colour()).avif({ quality: 40, effort: 0 }),
    told(colour().ensureAlpha(0.5), 8).avif({ quality: 40, effort: 0 }),
    told(colour()).tiff({ compression: 'lzw' }),
    told(lines()).tiff({ compression: 'none', tile: true, tileWidth: 16, tileHeight: 16 }),
    lines().gif(),
  ]
  const stills = await Promise.all(pictures.map(async (picture) => new Uint8Array(await picture.toBuffer())))
  const film = drawAnimation(24, 16, 3)
  return [...stills, await animationFile(film, 'gif'), await animationFile(film, 'webp')]
}
