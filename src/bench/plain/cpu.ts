import { type TranscodeParts, transcodeLayer } from '../../edge/transcoder/transcode-layer.ts'
import { readHeader } from '../../format/reader.ts'
import { median, round } from '../cpu-clock.ts'
import { takeTurns } from '../turns.ts'
import { planAnswer } from './answers.ts'
import { answerFromOriginal } from './peers.ts'

/** CPU time of one answer to a browser, in milliseconds. */
export interface AnswerCpu {
  /** Our answer from the file: a layer is decoded, resized and encoded. */
  readonly ours: number
  /**
   * sharp's answer from the original: it is decoded (reduced if the format allows it), resized, and encoded as AVIF of
   * effort 0.
   */
  readonly peer: number
}

interface CpuOptions {
  readonly parts: TranscodeParts
  /** Rounds; medians are given. */
  readonly samples: number
  /** Warm-up rounds. The first picture of a process needs many, the next ones few. @default those of takeTurns */
  readonly warmUp?: number | undefined
}

/** Times both complete answers for a picture of this width, at the quality of URLs without `q`, in turn. */
export async function measureCpu(
  file: Uint8Array,
  original: Uint8Array,
  width: number,
  { parts, samples, warmUp }: CpuOptions,
): Promise<AnswerCpu> {
  const { request, length } = planAnswer(readHeader(file), width, 'avif')
  const prefix = file.slice(0, length)
  const times = await takeTurns(
    {
      ours: () => transcodeLayer(prefix, request, parts),
      peer: () => answerFromOriginal(original, request, request.quality),
    },
    samples,
    { warmUp },
  )
  return { ours: round(median(times.ours), 1), peer: round(median(times.peer), 1) }
}
