import type { RgbImage } from '../../core/image.ts'
import {
  type DecodeRows,
  type TranscodeParts,
  transcodeLayer,
} from '../../edge/transcoder/transcode-layer.ts'
import type { TranscodeRequest } from '../../edge/transcoder/transcoder.ts'
import type { PictureFormat } from '../../format/media-type.ts'
import { readHeader } from '../../format/reader.ts'
import { readPicture, resizeLanczos } from '../../node/ingest/ingest.ts'
import { TABLE_QUALITIES } from '../../pixels/encoder-quality.ts'
import { createJudge, type Judge } from '../../pixels/judge.ts'
import { type Curve, followCurve } from '../curve.ts'
import { FORMATS, type Format, planAnswer } from './answers.ts'
import { encodePeer, PEER_SETTINGS, PEER_STARTS, PEERS, type Peer } from './peers.ts'

/** The edge's answers to one `Accept`, as a curve over `q`. */
export interface Answer extends Curve {
  /** Format that was sent: AVIF is not made in every size. */
  readonly sent: PictureFormat
  /** Whether every picture had exactly the requested width. */
  readonly isExact: boolean
}

/** One width of one photograph. */
export interface PlainRow {
  readonly width: number
  readonly height: number
  /** Layer that the plan chose, and its width divided by the picture's. */
  readonly layer: number
  readonly scale: number
  readonly ours: Readonly<Record<Format, Answer>>
  readonly peers: Readonly<Record<Peer, Curve>>
}

interface MeasureOptions {
  /** SSIMULACRA2 at which bytes are compared. */
  readonly score: number
  readonly parts: TranscodeParts
  readonly progress?: (text: string) => void
}

/** Index in TABLE_QUALITIES: 75. */
const START = 14

/**
 * Measures the edge's answers for one width of a file, and the peers' files from the original at that width, both
 * against the decoded original resized by Lanczos3.
 */
export async function measureWidth(
  file: Uint8Array,
  original: RgbImage,
  width: number,
  { score, parts, progress = () => {} }: MeasureOptions,
): Promise<PlainRow> {
  const header = readHeader(file)
  const { request } = planAnswer(header, width, 'jpeg')
  const reference = await resizeLanczos(original, request.width, request.height)
  const judge = createJudge(reference)
  const decodedOnce = { ...parts, decodeRows: remembered(parts.decodeRows) }
  const ours: [Format, Answer][] = []
  for (const format of FORMATS) {
    progress(`${width} ${format}`)
    let [isExact, sent]: [boolean, PictureFormat] = [true, format]
    const curve = await followCurve(TABLE_QUALITIES, START, score, async (quality) => {
      const plan = planAnswer(header, width, format, quality)
      const made = await transcodeLayer(file.slice(0, plan.length), plan.request, decodedOnce)
      const shown = await readPicture(made.slice())
      sent = plan.request.format
      isExact &&= shown.width === width
      return { bytes: made.length, score: judge.score(shown, 'ssimulacra2') }
    })
    ours.push([format, { ...curve, sent, isExact }])
  }
  const peers: [Peer, Curve][] = []
  for (const peer of PEERS) {
    progress(`${width} ${peer} of the original`)
    peers.push([peer, await peerCurve(peer, reference, judge, score)])
  }
  return {
    ...sizeOf(request),
    layer: request.layer,
    scale: header.layers[request.layer]!.width / request.width,
    ours: Object.fromEntries(ours) as PlainRow['ours'],
    peers: Object.fromEntries(peers) as PlainRow['peers'],
  }
}

async function peerCurve(peer: Peer, reference: RgbImage, judge: Judge, score: number): Promise<Curve> {
  return await followCurve(PEER_SETTINGS, PEER_STARTS[peer], score, async (setting) => {
    const made = await encodePeer(reference, peer, setting)
    return { bytes: made.length, score: judge.score(await readPicture(made.slice()), 'ssimulacra2') }
  })
}

function sizeOf({ width, height }: TranscodeRequest): { width: number; height: number } {
  return { width, height }
}

/** Caches decoded strips, so that a layer is decoded once for all qualities. */
function remembered(decodeRows: DecodeRows): DecodeRows {
  const layers = new Map<number, RgbImage[]>()
  return async function* (bytes, options) {
    const known = layers.get(options.layer)
    if (known === undefined) {
      const strips: RgbImage[] = []
      for await (const strip of decodeRows(bytes, options)) strips.push(strip)
      layers.set(options.layer, strips)
    }
    // The caller owns each strip that it receives.
    for (const strip of layers.get(options.layer) ?? []) yield { ...strip, data: strip.data.slice() }
  }
}
