import { choice, integer, single } from '../../core/parameters.ts'
import { MAX_DIMENSION, MAX_LAYERS } from '../../format/layout.ts'
import { colour, embedFactor, FITS } from '../request/params.ts'
import type { TranscodeRequest } from './transcoder.ts'

/*
 * How a TranscodeRequest is spelled: as the query of `POST /transcode` and as the key of its result. A new field is
 * added here and in transcoder.ts.
 */

/**
 * Part of the ETag and of the cache key of every JPEG. Raise it when the same file and request would give other
 * pixels or bytes, so that no cache mixes old and new.
 */
const TRANSCODE_VERSION = 1

export function toQuery(request: TranscodeRequest): URLSearchParams {
  const { layer, width, height, fit, background, quality, ht } = request
  return new URLSearchParams({
    layer: String(layer),
    w: String(width),
    h: String(height),
    ...(fit && { fit }),
    ...(background && { bg: background }),
    q: String(quality),
    ht: String(ht),
  })
}

/** Reads what `toQuery` wrote. @throws StrataError PARAM_INVALID */
export function fromQuery(query: URLSearchParams): TranscodeRequest {
  const value = (name: string, min: number, max: number) => integer(name, single(query, name) ?? '', min, max)
  const fit = single(query, 'fit')
  const background = single(query, 'bg')
  return {
    ...(fit !== undefined && { fit: choice('fit', fit, FITS) }),
    ...(background !== undefined && { background: colour('bg', background) }),
    layer: value('layer', 0, MAX_LAYERS - 1),
    width: value('w', 1, MAX_DIMENSION),
    height: value('h', 1, MAX_DIMENSION),
    quality: value('q', 1, 100),
    ht: embedFactor('ht', single(query, 'ht') ?? ''),
  }
}

/**
 * Names the JPEG that a request makes of a file: everything that its bytes depend on, apart from the file itself.
 * @param embedModel id of the model that hides the detail; undefined where nothing is hidden
 */
export function decisionKey(request: TranscodeRequest, embedModel: string | undefined): string {
  const { layer, width, height, fit, background, quality, ht } = request
  // Without `fit` the size is that of a layer, whose height follows from its width.
  const frame =
    fit === undefined ? '' : `x${height}-${fit}${background === undefined ? '' : `.${background}`}`
  const model = embedModel === undefined ? '' : `.${embedModel}`
  return `${layer}-w${width}${frame}-q${quality}-ht${ht}${model}-v${TRANSCODE_VERSION}`
}
