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

/** Result of a reader for a layer. Present fields are checked. */
interface ReadLayer {
  /** Size of the decoded pixels, which must be that of the layer. */
  readonly size?: Size
  /** A response body and its declared media type, which must fit the bytes. */
  readonly sent?: { readonly type: string; readonly body: Uint8Array }
}

/** A part of the product that reads layers which are pictures. It refuses bad ones with a typed error. */
export interface PictureReader {
  readonly name: string
  read(file: Uint8Array, layer: LayerInfo): Promise<ReadLayer>
}

/** Most pixels that are decoded at once, as at the edge. */
const MAX_PIXELS = 4e6

/** The decoder with which the origin reads every picture, whatever coding its layer declares. */
const INGEST: PictureReader = {
  name: 'ingest',
  async read(file, layer) {
    await decodePicture(await openPicture(readPictureLayer(file, layer).slice(), MAX_PIXELS), {})
    return {}
  },
}

/** The edge's answer with an unchanged layer. */
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

/**
 * Every part of the product that reads picture layers. The origin's decoder, which reads most of a file, is the last
 * one.
 */
export function pictureReaders(): PictureReader[] {
  return [SLICE, transcoder(pictureDecoders()), INGEST]
}
