import { createHash } from 'node:crypto'
import { checkDecode, MAX_KEPT_PIXELS } from '../../client/decode/limits.ts'
import { pictureSize } from '../../client/decode/picture-size.ts'
import { chooseLayer } from '../../client/plan.ts'
import { decodeRows, type ResumableLayer, resumeDecode } from '../../codec/compass/index.ts'
import { parseErrorBody } from '../../core/error-body.ts'
import { ERRORS, isErrorCode, StrataError } from '../../core/errors.ts'
import type { RgbImage } from '../../core/image.ts'
import { createTranscodeApp } from '../../edge/transcoder/app.ts'
import type { TranscodeParts } from '../../edge/transcoder/transcode-layer.ts'
import { toQuery } from '../../edge/transcoder/wire.ts'
import { mediaTypeOf } from '../../format/media-type.ts'
import { readHeader, wholeLayers } from '../../format/reader.ts'
import { sniffFormat } from '../../format/sniff.ts'
import type { LayerInfo } from '../../format/types.ts'
import type { Runtime } from '../../runtime/types.ts'
import type { Random } from '../random.ts'

/** A part of the product that decodes files. It refuses bad ones with a typed error, and never answers half of one. */
export type CompassReader = (file: Uint8Array, random: Random) => Promise<void>

/** Formats of a case. Encoders get nothing but pixels, so the fast ones are used in most cases. */
const FORMATS = ['jpeg', 'jpeg', 'jpeg', 'png', 'png', 'png', 'webp', 'avif'] as const
const NEEDED = [1, 20, 24, 40, 64, 400, 8192] as const

/** The transcoder Worker: it gets the file, or the prefix up to a layer, and a request for any size. */
export function transcoderReader(parts: TranscodeParts): CompassReader {
  const app = createTranscodeApp(parts)
  return async (file, random) => {
    const { layers } = readHeader(file)
    const layer = random.below(layers.length)
    const { width, height, end } = layers[layer] as LayerInfo
    const scale = random.pick([1, 1, 2, 3])
    const size = { width: Math.ceil(width / scale), height: Math.ceil(height / scale) }
    const format = random.pick(FORMATS)
    const query = toQuery({ layer, ...size, format, quality: 1 + random.below(100), ht: 1 })
    const body = random.chance(0.5) ? file.slice(0, end) : file.slice()
    const response = await app.request(`/transcode?${query}`, { method: 'POST', body })
    const answer = new Uint8Array(await response.arrayBuffer())
    if (response.status !== 200) throw refusalOf(response.status, answer)
    const made = pictureSize(answer)
    const isRight = made?.width === size.width && made.height === size.height
    if (
      isRight &&
      response.headers.get('Content-Type') === mediaTypeOf(format) &&
      sniffFormat(answer) === format
    )
      return
    const [expected, got] = [`${format} of ${size.width}x${size.height}`, `${made?.width}x${made?.height}`]
    throw new Error(`transcoder: expected ${expected}, got ${sniffFormat(answer)} of ${got}`)
  }
}

/** The error of the transcoder's answer, as it was thrown there. */
function refusalOf(status: number, body: Uint8Array): Error {
  const { code, message = '' } = parseErrorBody(body)
  if (status >= 500 || !isErrorCode(code) || ERRORS[code].status !== status)
    return new Error(`transcoder: ${status} ${new TextDecoder().decode(body)}`)
  return new StrataError(code, message)
}

/**
 * The browser library's way through a received file: it chooses a layer, checks its size, and decodes it from the start
 * or from a decoded lower layer. Both ways must give the same rows.
 */
export function clientReader(runtime: Runtime): CompassReader {
  return async (file, random) => {
    const header = readHeader(file)
    const whole = wholeLayers(header, file.length)
    if (whole === 0) throw new StrataError('FORMAT_TRUNCATED', `no whole layer in ${file.length} bytes`)
    const chosen = chooseLayer(header.layers, random.pick(NEEDED), random.chance(0.2))
    const layer = Math.min(chosen, whole - 1)
    const lower = random.below(layer + 1) - 1
    checkDecode(header, layer)
    const bytes = file.slice(0, header.layers[layer]?.end)
    const { width, height } = header.layers[layer] as LayerInfo
    const atOnce = await outcome(() => decodeRows(bytes, { runtime, layer }))
    if (width * height <= MAX_KEPT_PIXELS) {
      const grown = await outcome(() => growing(bytes, { runtime, layer, lower }))
      if (grown.picture !== atOnce.picture)
        throw new Error(`layer ${layer} from layer ${lower} is ${grown.picture}, at once ${atOnce.picture}`)
    }
    if (atOnce.error) throw atOnce.error
  }
}

async function* growing(
  bytes: Uint8Array,
  { runtime, layer, lower }: { readonly runtime: Runtime; readonly layer: number; readonly lower: number },
): AsyncGenerator<RgbImage> {
  let below: ResumableLayer | undefined
  if (lower >= 0) {
    const shown = resumeDecode(bytes, { runtime, layer: lower })
    for (let next = await shown.next(); ; next = await shown.next()) {
      if (!next.done) continue
      below = next.value
      break
    }
  }
  const kept = yield* resumeDecode(bytes, { runtime, layer }, below)
  kept?.close()
}

/** A hash of all rows, or the code of the error. */
async function outcome(
  decode: () => AsyncIterable<RgbImage>,
): Promise<{ readonly picture: string; readonly error?: StrataError }> {
  const hash = createHash('sha256')
  let rows = 0
  try {
    for await (const strip of decode()) {
      hash.update(strip.data)
      rows += strip.height
    }
    return { picture: `${rows} rows, ${hash.digest('base64url').slice(0, 12)}` }
  } catch (error) {
    if (error instanceof StrataError) return { picture: error.code, error }
    throw error
  }
}
