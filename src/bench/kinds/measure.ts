import sharp from 'sharp'
import { type InputFormat, sniffFormat } from '../../format/sniff.ts'
import { type DecodedPicture, decodePicture, openPicture } from '../../node/ingest.ts'
import { round } from '../cpu-clock.ts'
import type { LoadWorkers } from '../workers/workers.ts'
import { ask, type Client } from './ask.ts'
import { createLooker, onWhite } from './looks.ts'
import { type Best, MODERN, OLD, RivalCurves } from './rivals.ts'

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
  const { id, upload, width, clients, samples, progress } = asked
  const source = await openPicture(upload.slice())
  const height = Math.max(1, Math.round((source.height * width) / source.width))
  const reference = await decodePicture(source, { size: { width, height } })
  const compared = new Map<number, ReturnType<typeof comparison>>()
  const answers: KindAnswer[] = []
  for (const client of clients) {
    progress(`${width} ${client}: asking`)
    const sent = await ask(workers, id, { width, client, samples })
    const format = sniffFormat(sent.body)
    const { hasAlpha } = await sharp(sent.body).metadata()
    const alpha = reference.channels === 3 ? null : hasAlpha ? 'kept' : 'lost'
    const picture = alpha === 'lost' ? onWhite(reference) : reference
    const { looker, curves } = compared.get(picture.channels) ?? comparison(picture)
    compared.set(picture.channels, { looker, curves })
    const look = await looker.look(sent.body)
    progress(`${width} ${client}: what others make of it`)
    const rivals =
      client === 'browser' ? MODERN : alpha === 'kept' ? OLD.filter((name) => name === 'png') : OLD
    const rival = look.isExact ? await curves.bestExact(rivals) : await curves.bestAt(look.score, rivals)
    const asGood = look.isExact ? await curves.bestAt(AS_GOOD, rivals) : undefined
    answers.push({
      ...{ client, width, height, plan: sent.plan, format: format ?? 'unknown' },
      isTyped: sent.type === `image/${format}`,
      bytes: sent.body.length,
      score: round(look.score, 2),
      isLossless: look.isExact,
      ...{ alpha, cpuMs: sent.cpuMs },
      rival: rival ?? null,
      ratio: rival ? round(sent.body.length / rival.bytes, 3) : null,
      rivalAsGood: asGood ?? null,
    })
  }
  return answers
}

function comparison(picture: DecodedPicture) {
  const looker = createLooker(picture)
  return { looker, curves: new RivalCurves(picture, looker) }
}
