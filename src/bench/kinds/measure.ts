import sharp from 'sharp'
import { type InputFormat, sniffFormat } from '../../format/sniff.ts'
import { type DecodedPicture, decodePicture, openPicture } from '../../node/ingest/ingest.ts'
import { round } from '../cpu-clock.ts'
import type { LoadWorkers } from '../workers/workers.ts'
import { ask, type Client } from './ask.ts'
import { type Frames, readFrames } from './frames.ts'
import { createLooker, onWhite } from './looks.ts'
import { type Best, MODERN, MODERN_ANIMATED, OLD, OLD_ANIMATED, type Rival, RivalCurves } from './rivals.ts'

/**
 * SSIMULACRA2 from which a picture counts as good as the source. Lossless answers are also compared with files of this
 * score.
 */
export const AS_GOOD = 90

/** One answer of the edge, with the rivals' files. */
export interface KindAnswer {
  readonly client: Client
  readonly width: number
  readonly height: number
  readonly plan: string
  readonly format: InputFormat | 'unknown'
  /** Whether `Content-Type` fits the bytes. */
  readonly isTyped: boolean
  readonly bytes: number
  readonly score: number
  /** Whether all pixels equal those of the source, or of the resized source. */
  readonly isLossless: boolean
  /** `kept`, or `lost` if only the source has it; null if the source has none. */
  readonly alpha: 'kept' | 'lost' | null
  /** For an animation: the number of frames, and whether all durations are equal; null for a still picture. */
  readonly frames: { readonly sent: number; readonly source: number; readonly sameDelays: boolean } | null
  readonly cpuMs: number | null
  /**
   * The rivals' smallest file that looks as good or, for a lossless answer, that is lossless too. Null if none reaches
   * it.
   */
  readonly rival: Best | null
  /** `bytes` divided by the rival's. */
  readonly ratio: number | null
  /** For a lossless answer: the smallest rival file of SSIMULACRA2 90, if that were good enough. */
  readonly rivalAsGood: Best | null
}

interface Asked {
  readonly id: string
  readonly upload: Uint8Array
  readonly width: number
  readonly clients: readonly Client[]
  readonly samples: number
  readonly progress: (text: string) => void
}

/**
 * Measures the answer to each client at one width.
 * @throws StrataError INTERNAL for an answer without a picture of that size
 */
export async function measureWidth(workers: LoadWorkers, asked: Asked): Promise<KindAnswer[]> {
  const { id, width, clients, samples, progress } = asked
  const source = await openSource(asked)
  const compared = new Map<string, Comparison>()
  const answers: KindAnswer[] = []
  for (const client of clients) {
    progress(`${width} ${client}: asking`)
    const sent = await ask(workers, id, { width, client, samples })
    const format = sniffFormat(sent.body)
    const facts = await factsOf(sent.body, source)
    const name = `${facts.alpha} ${facts.frames?.sent}`
    const { looker, curves } = compared.get(name) ?? comparison(source, facts)
    compared.set(name, { looker, curves })
    const look = await looker.look(sent.body)
    progress(`${width} ${client}: what others make of it`)
    const rivals = rivalsFor(client, facts)
    const rival = look.isExact ? await curves.bestExact(rivals) : await curves.bestAt(look.score, rivals)
    const asGood = look.isExact ? await curves.bestAt(AS_GOOD, rivals) : undefined
    answers.push({
      ...{ client, width, height: source.height, plan: sent.plan, format: format ?? 'unknown' },
      isTyped: sent.type === `image/${format}`,
      bytes: sent.body.length,
      score: round(look.score, 2),
      isLossless: look.isExact,
      ...facts,
      cpuMs: sent.cpuMs,
      rival: rival ?? null,
      ratio: rival ? round(sent.body.length / rival.bytes, 3) : null,
      rivalAsGood: asGood ?? null,
    })
  }
  return answers
}

/** The reference, made from the upload: one picture, and all frames of an animation. */
interface Source {
  readonly height: number
  readonly still: DecodedPicture
  readonly frames: Frames | undefined
}

async function openSource({ upload, width }: Asked): Promise<Source> {
  const picture = await openPicture(upload.slice())
  const height = Math.max(1, Math.round((picture.height * width) / picture.width))
  const still = await decodePicture(picture, { size: { width, height } })
  const isAnimated = (picture.metadata.pages ?? 1) > 1 && picture.format !== 'tiff'
  return { height, still, frames: isAnimated ? await readFrames(upload, width) : undefined }
}

type Facts = Pick<KindAnswer, 'alpha' | 'frames'>

async function factsOf(body: Uint8Array, { still, frames }: Source): Promise<Facts> {
  const { hasAlpha } = await sharp(body).metadata()
  const alpha = still.channels === 3 ? null : hasAlpha ? 'kept' : 'lost'
  if (frames === undefined) return { alpha, frames: null }
  const { count, delays } = await readFrames(body)
  const sameDelays = delays.join() === frames.delays.join()
  return { alpha, frames: { sent: count, source: frames.count, sameDelays } }
}

/** An animation is compared with animations. A first frame alone has no rivals, because it is not comparable. */
function rivalsFor(client: Client, { alpha, frames }: Facts): readonly Rival[] {
  if (frames && frames.sent !== frames.source) return []
  if (frames) return client === 'browser' ? MODERN_ANIMATED : OLD_ANIMATED
  if (client === 'browser') return MODERN
  return alpha === 'kept' ? ['png'] : OLD
}

type Comparison = ReturnType<typeof comparison>

function comparison({ still, frames }: Source, facts: Facts) {
  if (frames && facts.frames?.sent === frames.count) {
    const looker = createLooker(frames.picture, { decode: async (file) => (await readFrames(file)).picture })
    return { looker, curves: new RivalCurves(frames.picture, looker, frames.height) }
  }
  const picture = facts.alpha === 'lost' ? onWhite(still) : still
  const looker = createLooker(picture)
  return { looker, curves: new RivalCurves(picture, looker) }
}
