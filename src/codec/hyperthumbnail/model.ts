import { StrataError } from '../../core/errors.ts'
import type { Network, NetworkEngine } from '../../network/engine.ts'
import type { Program } from '../../network/program.ts'
import { type PredictorTable, TablePredictor } from './predictor.ts'
import { codeOf } from './settings.ts'

/** Factors for which models exist; a runtime may hold only some of these models. */
const FACTORS = [2, 4] as const

/** `hyperthumbnail.json` or `hyperthumbnail4.json`, as models/strata_models/hyperthumbnail/export.py writes it. */
interface ModelTable {
  readonly format: 2
  readonly id: string
  readonly factor: number
  readonly stride: number
  readonly haloRows: number
  readonly steps: Readonly<Record<'base' | 'hidden' | 'low' | 'residual', number>>
  readonly encoder: Part
  readonly decoder: Part
  readonly tables: PredictorTable
}

interface Part {
  readonly program: Program
  /** Logarithm of the residual's gain: a + b code + c code^2, with the code of the quality. */
  readonly logGain: readonly [number, number, number]
}

/** One of the two networks. Its output is multiplied by `gain`. */
interface ThumbnailNetwork {
  readonly network: Network
  gain(quality: number): number
}

export interface HyperThumbnailModel {
  /** Identifies the decoder with which a thumbnail can be restored: 16 hexadecimal digits. */
  readonly id: string
  /** Pixels of the large picture per thumbnail pixel and axis. */
  readonly factor: number
  /** Pixels of the large picture along one block of the JPEG. Windows begin and end at multiples of it. */
  readonly stride: number
  /** Rows of the large picture that a window must hold above and below its wanted rows; a multiple of `stride`. */
  readonly haloRows: number
  /** Integer steps per sample level (0..255), by tensor. */
  readonly steps: ModelTable['steps']
  /** Loads the encoder on the first call, because restoring does not need it. */
  encoder(): ThumbnailNetwork
  decoder(): ThumbnailNetwork
  predictor(): TablePredictor
}

/**
 * @param table parsed hyperthumbnail.json, or the table of another factor
 * @param blob the .bin beside it
 * @throws StrataError MODEL_INVALID; for a network when it is first used
 */
export function openHyperThumbnail(
  table: unknown,
  blob: Uint8Array,
  engine: NetworkEngine,
): HyperThumbnailModel {
  const { id, factor, stride, haloRows, steps, ...parts } = checkTable(table)
  const load = ({ program, logGain: [a, b, c] }: Part): ThumbnailNetwork => ({
    network: engine.load(program, blob),
    gain(quality) {
      const code = codeOf(quality)
      return Math.exp(a + b * code + c * code * code)
    },
  })
  return {
    ...{ id, factor, stride, haloRows, steps },
    encoder: once(() => load(parts.encoder)),
    decoder: once(() => load(parts.decoder)),
    predictor: once(() => new TablePredictor(parts.tables, blob)),
  }
}

function checkTable(value: unknown): ModelTable {
  const table = value as Partial<ModelTable> | null
  if (typeof table !== 'object' || table === null || table.format !== 2) throw invalid('format 2')
  if (typeof table.id !== 'string' || !/^[0-9a-f]{16}$/.test(table.id)) throw invalid('an id of 16 digits')
  if (!FACTORS.some((factor) => factor === table.factor)) throw invalid(`a factor of ${FACTORS.join(' or ')}`)
  if (table.stride !== 8 * table.factor!) throw invalid('a stride of one block')
  if (!Number.isInteger(table.haloRows) || table.haloRows! % table.stride !== 0)
    throw invalid('haloRows in blocks')
  for (const part of [table.encoder, table.decoder]) {
    if (!part?.program || part.logGain?.length !== 3) throw invalid('an encoder and a decoder')
  }
  if (!table.steps || !table.tables) throw invalid('steps and tables')
  return table as ModelTable
}

function invalid(expected: string): StrataError {
  return new StrataError('MODEL_INVALID', `hyperthumbnail.json: expected ${expected}`)
}

function once<T>(make: () => T): () => T {
  let cached: { readonly value: T } | undefined
  return () => {
    cached ??= { value: make() }
    return cached.value
  }
}
