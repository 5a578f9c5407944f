import { hasAlpha, isLossless } from './coding.ts'
import type { LayerInfo, StrataHeader, StrataSource } from './types.ts'

/** Bytes of one step of the progressive placeholder code. */
export const PLACEHOLDER_STEP_BYTES = 16

/** `score`: SSIMULACRA2 that the encoder measured, rounded; absent when it did not measure it. */
type LayerDescription = Pick<
  LayerInfo,
  'index' | 'coding' | 'width' | 'height' | 'quality' | 'start' | 'end'
> & {
  readonly score?: number
  /** Present where some pixels are not opaque. */
  readonly alpha?: true
  /** Present where the layer is exactly the source, or the source resized. */
  readonly lossless?: true
}

/** A header as JSON: the part that `GET /img/:id.json` and `strata info --json` share. */
export interface HeaderDescription {
  readonly format: 'strata'
  readonly modelSet: string
  readonly source: StrataSource
  readonly layers: readonly LayerDescription[]
  readonly placeholder: { readonly steps: number; readonly base64: string; readonly dataUri: string | null }
}

/** @param dataUri the decoded placeholder as a data URI, or null when the model that decodes it is not loaded */
export function describeHeader(header: StrataHeader, dataUri: string | null = null): HeaderDescription {
  return {
    format: 'strata',
    modelSet: header.modelSet,
    source: header.source,
    layers: header.layers.map((layer) => {
      const { index, coding, width, height, quality, score, start, end } = layer
      return {
        index,
        coding,
        width,
        height,
        quality,
        ...(score > 0 && { score }),
        ...(hasAlpha(layer) && { alpha: true as const }),
        ...(isLossless(layer) && { lossless: true as const }),
        start,
        end,
      }
    }),
    placeholder: {
      steps: Math.floor(header.placeholder.length / PLACEHOLDER_STEP_BYTES),
      base64: btoa(String.fromCharCode(...header.placeholder)),
      dataUri,
    },
  }
}
