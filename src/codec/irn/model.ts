import { StrataError } from '../../core/errors.ts'
import type { Network, NetworkEngine } from '../../network/engine.ts'
import type { Program } from '../../network/program.ts'

/** `irn2.json` or `irn4.json`, as models/strata_models/irn/export.py writes it. */
interface ModelTable {
  readonly format: 1
  readonly id: string
  readonly scale: number
  /** Sample levels per unit of the model's numbers, and the sample level of their zero. */
  readonly unit: number
  readonly centre: number
  /** Limit of the logarithm of a coupling's factor. */
  readonly clamp: number
  readonly steps: { readonly factor: number }
  readonly levels: readonly { readonly high: number; readonly couplings: readonly CouplingTable[] }[]
}

interface CouplingTable {
  readonly shift: Program
  readonly affine: Program
  /** Integer steps per unit, by tensor of the networks. */
  readonly steps: Readonly<Record<'high' | 'shift' | 'low' | 'offset', number>>
}

/** One coupling block: low += shift(high); high = high * factor(low) + offset(low). */
export interface Coupling {
  readonly shift: Network
  readonly affine: Network
  readonly steps: CouplingTable['steps']
}

/** The couplings that follow one Haar transform. */
interface Level {
  /** Channels of the high part: all channels behind the Haar transform except the 3 of the low part. */
  readonly high: number
  readonly couplings: readonly Coupling[]
}

export interface IrnModel {
  /** Identifies the networks of both directions: 16 hexadecimal digits. */
  readonly id: string
  /** Pixels of the large picture per thumbnail pixel and axis. The tables call it `scale`. */
  readonly factor: number
  readonly unit: number
  readonly centre: number
  /** Factor of a coupling, exp of its clamped logarithm, and its reciprocal; at index (integer of the network) + 32768. */
  readonly couplingFactors: { readonly forward: Float32Array; readonly inverse: Float32Array }
  /** Levels in the order of the forward direction, loaded on the first call. */
  levels(): readonly Level[]
}

/** Factors for which models exist; a runtime may hold only some of these models. */
export const FACTORS = [2, 4] as const

/**
 * @param table parsed irn2.json or irn4.json
 * @param blob the .bin beside it
 * @throws StrataError MODEL_INVALID; for the networks on the first call of `levels`
 */
export function openIrn(table: unknown, blob: Uint8Array, engine: NetworkEngine): IrnModel {
  const { id, scale, unit, centre, clamp, steps, levels } = checkTable(table)
  let loaded: readonly Level[] | undefined
  return {
    ...{ id, factor: scale, unit, centre },
    couplingFactors: makeFactors(clamp, steps.factor),
    levels() {
      loaded ??= levels.map(({ high, couplings }) => ({
        high,
        couplings: couplings.map((c) => ({
          shift: engine.load(c.shift, blob),
          affine: engine.load(c.affine, blob),
          steps: c.steps,
        })),
      }))
      return loaded
    },
  }
}

function makeFactors(clamp: number, steps: number): IrnModel['couplingFactors'] {
  const logarithm = (i: number): number => clamp * (2 / (1 + Math.exp((32768 - i) / steps)) - 1)
  return {
    forward: Float32Array.from({ length: 65536 }, (_, i) => Math.exp(logarithm(i))),
    inverse: Float32Array.from({ length: 65536 }, (_, i) => Math.exp(-logarithm(i))),
  }
}

function checkTable(value: unknown): ModelTable {
  const table = value as Partial<ModelTable> | null
  if (typeof table !== 'object' || table?.format !== 1) throw invalid('format 1')
  if (typeof table.id !== 'string' || !/^[0-9a-f]{16}$/.test(table.id)) throw invalid('an id of 16 digits')
  if (!FACTORS.some((factor) => factor === table.scale)) throw invalid(`a scale of ${FACTORS.join(' or ')}`)
  if (table.levels?.length !== Math.log2(table.scale!)) throw invalid('log2(scale) levels')
  for (const number of [table.unit, table.centre, table.clamp, table.steps?.factor]) {
    if (typeof number !== 'number' || !(number > 0)) throw invalid('unit, centre, clamp and steps')
  }
  return table as ModelTable
}

function invalid(expected: string): StrataError {
  return new StrataError('MODEL_INVALID', `irn.json: expected ${expected}`)
}
