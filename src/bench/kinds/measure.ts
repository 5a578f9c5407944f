import sharp from 'sharp'
import { type InputFormat, sniffFormat } from '../../format/sniff.ts'
import { type DecodedPicture, decodePicture, openPicture } from '../../node/ingest/ingest.ts'
import { round } from '../cpu-clock.ts'
import type { LoadWorkers } from '../workers/workers.ts'
import { ask, type Client } from './ask.ts'
import { type Frames, readFrames } from './frames.ts'
import { createLooker, onWhite } from './looks.ts'
import { type Best, MODERN, MODERN_ANIMATED, OLD, OLD_ANIMATED, type Rival, RivalCurves } from './rivals.ts'

/** SSIMULACRA2 from which a picture is taken for as good as the source: what a lossless answer is compared at as well. */
export const AS_GOOD = 90

/** One answer of the edge, and what it is measured against. */
export interface KindAnswer {
  readonly client: Client
  readonly width: number
  readonly height: number
  readonly plan: string
  readonly format: InputFormat | 'unknown'
  /** Whether `Content-Type` says what the bytes are. */
  readonly isTyped: boolean
  readonly bytes: number
  readonly score: number
  /** Whether every pixel is that of the source, or of the source resized. */
  readonly isLossless: boolean
  /** `kept`, or `lost` where the source has it and the answer has not; null where the source has none. */
  readonly alpha: 'kept' | 'lost' | null
  /** Of an animation: how many of how many frames, and whether each is shown as long; null for a still picture. */
  readonly frames: { readonly sent: number; readonly source: number; readonly sameDelays: boolean } | null
  readonly cpuMs: number | null
  /** The smallest that looks as good; where the answer is lossless, the smallest that is too. Null where none reaches it. */
  readonly rival: Best | null
  /** `bytes` through the rival's. */
  readonly ratio: number | null
  /** Of a lossless answer: the smallest of SSIMULACRA2 90, for those who would have taken that. */
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

/** Measures what each client is sent at one width. @throws StrataError INTERNAL for an answer without a picture of that size */
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

/** What is asked for, made of the upload: one picture, and all frames where there are several. */
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

/** An animation is compared with animations; the first frame of one with nothing, as it is another thing. */
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
