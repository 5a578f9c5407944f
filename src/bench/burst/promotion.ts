import sharp from 'sharp'
import type { Size } from '../../core/box.ts'
import { StrataError } from '../../core/errors.ts'
import type { RenderRequest } from '../../edge/origin/render.ts'
import { DEFAULT_RULES } from '../../edge/plan/default-rules.ts'
import { makePlan } from '../../edge/plan/plan.ts'
import { readAccept } from '../../edge/request/accept.ts'
import { readHints } from '../../edge/request/hints.ts'
import { parseImageParams } from '../../edge/request/params.ts'
import { readHeader } from '../../format/reader.ts'
import { RENDERED_SIZE } from '../../format/rendered.ts'
import { readPicture, resizeLanczos } from '../../node/ingest/ingest.ts'
import { encoderQuality } from '../../pixels/encoder-quality.ts'
import { createJudge } from '../../pixels/judge.ts'
import { followCurve } from '../curve.ts'

/** Size and quality of a picture file. */
interface Made {
  readonly bytes: number
  /** SSIMULACRA2 against the decoded original, resized by Lanczos3. */
  readonly score: number
  /** Bytes of sharp's AVIF with this score, by chroma sampling; null when none has it. */
  readonly peers: Readonly<Record<Sampling, number | null>>
}

/** Chroma sampling: sharp's default for AVIF, and that of most photographs on the web. */
const SAMPLINGS = ['4:4:4', '4:2:0'] as const
export type Sampling = (typeof SAMPLINGS)[number]

/** One picture as the edge made it first, and as the origin rendered it for promotion. */
export interface PromotionRow {
  readonly image: string
  readonly width: number
  readonly edge: Made
  readonly promoted: Made
}

/** Inputs of the measurement of one picture. */
interface Promotion {
  readonly image: string
  readonly original: Uint8Array
  readonly file: Uint8Array
  readonly width: number
  /** The answer of the edge to a browser. */
  readonly edge: Uint8Array
  /** Address of the origin. */
  readonly origin: string
}

/** Qualities of sharp's AVIF; bytes and scores are interpolated linearly between them. */
const QUALITIES: readonly number[] = Array.from({ length: 25 }, (_, i) => 2 + 4 * i)

/** `Accept` of browsers that show AVIF. */
export const BROWSER_ACCEPT = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8'

/**
 * Lets the origin render a picture as a promotion does, and compares both pictures with sharp's AVIF of effort 4 from
 * the original.
 * @throws StrataError ORIGIN_FAILED, INPUT_*
 */
export async function measurePromotion(what: Promotion): Promise<PromotionRow> {
  const { image, original, edge, width, origin } = what
  const request = renderRequestOf(what.file, width)
  const promoted = await renderSlowly(origin, original, request)
  const judge = createJudge(
    await resizeLanczos(await readPicture(original.slice()), promoted.width, promoted.height),
  )
  const scoreOf = async (bytes: Uint8Array) => judge.score(await readPicture(bytes.slice()), 'ssimulacra2')
  const points = new Map<string, { readonly bytes: number; readonly score: number }>()
  const start = nearestIndex(encoderQuality('avif-4', request.quality))
  const bytesAt = async (sampling: Sampling, wanted: number) => {
    const curve = await followCurve(QUALITIES, start, wanted, async (quality) => {
      const key = `${sampling} ${quality}`
      const known = points.get(key)
      if (known !== undefined) return known
      const bytes = await encodePeer(original, promoted, quality, sampling)
      const point = { bytes: bytes.length, score: await scoreOf(bytes) }
      points.set(key, point)
      return point
    })
    return curve.bytes
  }
  const made = async (bytes: Uint8Array): Promise<Made> => {
    const score = await scoreOf(bytes)
    const peers = { '4:4:4': await bytesAt('4:4:4', score), '4:2:0': await bytesAt('4:2:0', score) }
    return { bytes: bytes.length, score, peers }
  }
  return { image, width, promoted: await made(promoted.bytes), edge: await made(edge) }
}

/** The render request that an edge with default options sends to the origin for a browser. */
function renderRequestOf(file: Uint8Array, width: number): RenderRequest {
  const input = {
    params: parseImageParams(new URLSearchParams({ w: String(width) })),
    hints: readHints(new Headers()),
    accepted: readAccept(BROWSER_ACCEPT),
  }
  const rules = { ...DEFAULT_RULES, embedModels: [], exactQuality: false, canRender: true }
  const plan = makePlan(readHeader(file), input, rules)
  const request = plan.kind === 'render' ? plan.request : plan.kind === 'transcode' ? plan.render : undefined
  if (request !== undefined) return request
  throw new StrataError('INTERNAL', `plan: expected a picture that the origin can make, got ${plan.kind}`)
}

/** @throws StrataError ORIGIN_FAILED */
async function renderSlowly(
  origin: string,
  original: Uint8Array,
  { width, fit, format, quality }: RenderRequest,
): Promise<Size & { readonly bytes: Uint8Array }> {
  const query = new URLSearchParams({ w: String(width), fit, f: format, q: String(quality), wait: '0' })
  const body = original as Uint8Array<ArrayBuffer>
  const response = await fetch(`${origin}/render?${query}`, { method: 'POST', body })
  const bytes = new Uint8Array(await response.arrayBuffer())
  const size = /^(\d+)x(\d+)$/.exec(response.headers.get(RENDERED_SIZE) ?? '')
  if (response.status === 200 && size) return { bytes, width: Number(size[1]), height: Number(size[2]) }
  const said = new TextDecoder().decode(bytes.subarray(0, 300))
  throw new StrataError('ORIGIN_FAILED', `the origin answered ${response.status}: ${said}`)
}

async function encodePeer(
  original: Uint8Array,
  { width, height }: Size,
  quality: number,
  chromaSubsampling: Sampling,
): Promise<Uint8Array> {
  const resized = sharp(original, { limitInputPixels: false })
    .autoOrient()
    .resize(width, height, { fit: 'fill' })
  return await resized.avif({ quality, effort: 4, chromaSubsampling }).toBuffer()
}

function nearestIndex(quality: number): number {
  const distance = (index: number) => Math.abs(QUALITIES[index]! - quality)
  return QUALITIES.reduce((best, _, index) => (distance(index) < distance(best) ? index : best), 0)
}
