import type { Size } from '../../core/box.ts'
import type { PictureDecoders } from '../../edge/transcoder/decoders/decoder.ts'
import { decodePictureLayer } from '../../edge/transcoder/transcode-picture.ts'
import { pictureFormatOf } from '../../format/coding.ts'
import { readPictureLayer } from '../../format/layers.ts'
import { mediaTypeOf } from '../../format/media-type.ts'
import { checkPictureType } from '../../format/pictures/check.ts'
import type { LayerInfo } from '../../format/types.ts'
import { decodePicture, openPicture } from '../../node/ingest/ingest.ts'
import { pictureDecoders } from '../transcode-parts.ts'

/** What a reader made of a layer. What is given is checked, what is not given is not. */
interface ReadLayer {
  /** Pixels: they must have the size of the layer. */
  readonly size?: Size
  /** A body to be sent, and the media type that is said of it, which must be what its bytes are. */
  readonly sent?: { readonly type: string; readonly body: Uint8Array }
}

/** A part of the product that reads layers which are pictures. It refuses bad ones with a typed error. */
export interface PictureReader {
  readonly name: string
  read(file: Uint8Array, layer: LayerInfo): Promise<ReadLayer>
}

/** As at the edge: most pixels that are decoded at once. */
const MAX_PIXELS = 4e6

/** The decoder with which the origin reads every picture, whatever a layer says of it. */
const INGEST: PictureReader = {
  name: 'ingest',
  async read(file, layer) {
    await decodePicture(await openPicture(readPictureLayer(file, layer).slice(), MAX_PIXELS), {})
    return {}
  },
}

/** The edge's answer with a layer as it is. */
const SLICE: PictureReader = {
  name: 'slice',
  async read(file, layer) {
    const body = readPictureLayer(file, layer)
    checkPictureType(body, layer)
    const format = pictureFormatOf(layer.coding)
    if (format === undefined) throw new Error(`layer ${layer.index}: a picture of no format`)
    return { sent: { type: mediaTypeOf(format), body } }
  },
}

/** The transcoder Worker's decoders. */
function transcoder(decoders: PictureDecoders): PictureReader {
  return {
    name: 'transcoder',
    async read(file, layer) {
      const { width, height } = layer
      const rgba = await decodePictureLayer(file, layer, decoders)
      if (rgba.length === 4 * width * height) return { size: layer }
      throw new Error(`expected ${4 * width * height} bytes of pixels, got ${rgba.length}`)
    },
  }
}

/** Every part that reads layers which are pictures; that of the origin, which looks into most of them, is the last one. */
export function pictureReaders(): PictureReader[] {
  return [SLICE, transcoder(pictureDecoders()), INGEST]
}
