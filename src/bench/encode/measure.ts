import { parse } from 'node:path'
import { ENCODE_PHASES, type EncodePhase } from '../../codec/encode-phases.ts'
import type { EncodeParameters } from '../../node/encode.ts'
import { encodeOriginal } from '../../node/encode.ts'
import type { FileCodec } from '../../node/file-codec.ts'
import { readInput } from '../../node/files.ts'
import { readPicture } from '../../node/ingest/ingest.ts'
import { AVIF_QUALITY, encodeRival } from '../../node/rival-files.ts'
import { cpuNow, round } from '../cpu-clock.ts'
import { PhaseClock } from './phase-clock.ts'

/** `rest`: reading the picture, hashing it, writing the container. */
export type EncodePart = EncodePhase | 'rest'
export const ENCODE_PARTS: readonly EncodePart[] = [...ENCODE_PHASES, 'rest']

/** CPU time of one picture, of all threads, in milliseconds. */
export interface EncodeRow {
  readonly image: string
  readonly width: number
  readonly height: number
  /** CPU time from the picture's file to a verified .strata file with all layers. */
  readonly cpuMs: number
  readonly parts: Readonly<Record<EncodePart, number>>
  /** CPU time from the same file to one AVIF of its full size (sharp, effort 4, 4:2:0). */
  readonly avifMs: number
  readonly bytes: { readonly strata: number; readonly avif: number }
}

interface EncodeTimingOptions {
  readonly parameters: EncodeParameters
  readonly codec: Pick<FileCodec, 'encode'>
}

/** Times one encode of a picture, as the origin does it, and one AVIF. @throws StrataError as `encodeOriginal` */
export async function measureEncode(path: string, options: EncodeTimingOptions): Promise<EncodeRow> {
  const { parameters, codec } = options
  const bytes = await readInput(path)
  const clock = new PhaseClock()
  const start = cpuNow()
  // Pass a copy, because encoding takes ownership of the bytes.
  const file = await encodeOriginal(new Uint8Array(bytes), parameters, {
    encode: (image, request) => codec.encode(image, { ...request, observe: clock.observe }),
  })
  const cpuMs = cpuNow() - start
  const image = await readPicture(bytes)
  const avif = await encodeRival(image, 'avif', AVIF_QUALITY)
  const avifMs = cpuNow() - start - cpuMs
  const phases = ENCODE_PHASES.reduce((sum, phase) => sum + clock.spent[phase], 0)
  const parts = { ...clock.spent, rest: cpuMs - phases }
  return {
    ...{ image: parse(path).name, width: image.width, height: image.height },
    cpuMs: round(cpuMs, 1),
    parts: Object.fromEntries(ENCODE_PARTS.map((part) => [part, round(parts[part], 1)])) as typeof parts,
    avifMs: round(avifMs, 1),
    bytes: { strata: file.length, avif: avif.length },
  }
}
