import { STRIP_ROWS } from '../../../format/layout.ts'
import type { LayerInfo } from '../../../format/types.ts'
import type { DecoderTable } from './tables.ts'

/** Sizes that depend only on a layer's size. Latents lie on a grid of `patch` pixels. */
export interface LayerGeometry {
  readonly width: number
  readonly height: number
  readonly strips: number
  readonly latentWidth: number
  readonly latentHeight: number
  /** Latent rows of a whole strip. */
  readonly stripLatents: number
}

/** Position and size of one strip. Its symbols do not depend on other strips of the layer. */
export interface StripGeometry {
  readonly index: number
  /** Picture rows [top, bottom). */
  readonly top: number
  readonly bottom: number
  /** First latent row and number of latent rows. */
  readonly latentTop: number
  readonly latentRows: number
  /** Rows and columns of the hyper-latents. */
  readonly hyperRows: number
  readonly hyperColumns: number
}

export function layerGeometry(
  layer: Pick<LayerInfo, 'width' | 'height'>,
  table: DecoderTable,
): LayerGeometry {
  return {
    width: layer.width,
    height: layer.height,
    strips: Math.ceil(layer.height / STRIP_ROWS),
    latentWidth: Math.ceil(layer.width / table.patch),
    latentHeight: Math.ceil(layer.height / table.patch),
    stripLatents: STRIP_ROWS / table.patch,
  }
}

export function stripGeometry(layer: LayerGeometry, index: number, table: DecoderTable): StripGeometry {
  const latentTop = index * layer.stripLatents
  const latentRows = Math.min(layer.stripLatents, layer.latentHeight - latentTop)
  return {
    index,
    top: index * STRIP_ROWS,
    bottom: Math.min((index + 1) * STRIP_ROWS, layer.height),
    latentTop,
    latentRows,
    hyperRows: Math.ceil(latentRows / table.sideStride),
    hyperColumns: Math.ceil(layer.latentWidth / table.sideStride),
  }
}
