import { FITS } from '../../core/box.ts'
import { parseColour } from '../../core/colour.ts'
import { MAX_DIMENSION, MAX_LAYERS } from '../../core/limits/table.ts'
import { choice, integer, point, single } from '../../core/parameters.ts'
import { PICTURE_FORMATS } from '../../format/media-type.ts'
import { embedFactor } from '../request/params.ts'
import type { TranscodeRequest } from './transcoder.ts'

/*
 * How a TranscodeRequest is spelled: as the query of `POST /transcode` and as the key of its result. A new field is
 * added here and in transcoder.ts.
 */

/**
 * Part of the ETag and of the cache key of every picture that is made. Raise it when the same file and request would
 * give other pixels or bytes, so that no cache mixes old and new.
 */
const TRANSCODE_VERSION = 3

/** @param cost of the picture in kilopixels (cost.ts); left out where the caller does not know it */
export function toQuery(request: TranscodeRequest, cost?: number): URLSearchParams {
  const { layer, width, height, fit, focus, background, format, quality, ht } = request
  return new URLSearchParams({
    layer: String(layer),
    w: String(width),
    h: String(height),
    ...(fit && { fit }),
    ...(focus && { focus: `${focus.x},${focus.y}` }),
    ...(background && { bg: background }),
    f: format,
    q: String(quality),
    ht: String(ht),
    ...(cost !== undefined && { cost: String(cost) }),
  })
}

/** The cost that `toQuery` wrote. @throws StrataError PARAM_INVALID */
export function costFromQuery(query: URLSearchParams): number | undefined {
  const cost = single(query, 'cost')
  return cost === undefined ? undefined : integer('cost', cost, 1, 999_999)
}

/** Reads what `toQuery` wrote. @throws StrataError PARAM_INVALID */
export function fromQuery(query: URLSearchParams): TranscodeRequest {
  const value = (name: string, min: number, max: number) => integer(name, single(query, name) ?? '', min, max)
  const fit = single(query, 'fit')
  const focus = single(query, 'focus')
  const background = single(query, 'bg')
  return {
    fit: fit === undefined ? undefined : choice('fit', fit, FITS),
    focus: focus === undefined ? undefined : point('focus', focus),
    background: background === undefined ? undefined : parseColour('bg', background),
    layer: value('layer', 0, MAX_LAYERS - 1),
    width: value('w', 1, MAX_DIMENSION),
    height: value('h', 1, MAX_DIMENSION),
    format: choice('f', single(query, 'f') ?? '', PICTURE_FORMATS),
    quality: value('q', 1, 100),
    ht: embedFactor('ht', single(query, 'ht') ?? ''),
  }
}

/**
 * Names the picture that a request makes of a file: everything that its bytes depend on, apart from the file itself.
 * It is part of a key in the bucket, so it holds no slash.
 * @param embedModel id of the model that hides the detail; undefined where nothing is hidden
 */
export function decisionKey(request: TranscodeRequest, embedModel: string | undefined): string {
  const { layer, width, height, fit, focus, background, format, quality, ht } = request
  const around = [fit, focus && `${focus.x}_${focus.y}`, background]
    .filter((part) => part !== undefined)
    .join('.')
  const model = embedModel === undefined ? '' : `.${embedModel}`
  const hidden = ht === 1 ? '' : `-ht${ht}${model}`
  return `${layer}-${width}x${height}${around && `-${around}`}-${format}-q${quality}${hidden}-v${TRANSCODE_VERSION}`
}
