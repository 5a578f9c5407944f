import { StrataError } from '../../core/errors.ts'
import type { Network, NetworkEngine } from '../../network/engine.ts'
import type { Program } from '../../network/program.ts'

/** `irn2.json` or `irn4.json`, as models/strata_models/irn/export.py writes it. */
interface ModelTable {
  readonly format: 1
  readonly id: string
  readonly scale: number
  /** Samples a unit of the model's numbers, and the sample that is their zero. */
  readonly unit: number
  readonly centre: number
  /** Bound of the logarithm of a coupling's factor. */
  readonly clamp: number
  readonly steps: { readonly factor: number }
  readonly levels: readonly { readonly high: number; readonly couplings: readonly CouplingTable[] }[]
}

interface CouplingTable {
  readonly shift: Program
  readonly affine: Program
  /** What a unit is in the integers of a network's tensors. */
  readonly steps: Readonly<Record<'high' | 'shift' | 'low' | 'offset', number>>
}

/** One coupling block: low += shift(high); high = high * factor(low) + offset(low). */
export interface Coupling {
  readonly shift: Network
  readonly affine: Network
  readonly steps: CouplingTable['steps']
}

/** The couplings behind one halving. */
interface Level {
  /** Channels of the high part, 3 times those that went into the Haar transformation and what its low part has above 3. */
  readonly high: number
  readonly couplings: readonly Coupling[]
}

export interface IrnModel {
  /** 16 hexadecimal digits: stands for both directions, which are one network. */
  readonly id: string
  readonly scale: number
  readonly unit: number
  readonly centre: number
  /** exp of the clamped logarithm of a coupling's factor, and its reciprocal, by the network's integer + 32768. */
  readonly factors: { readonly forward: Float32Array; readonly inverse: Float32Array }
  /** In the order of the forward direction; loaded when they are first asked for. */
  levels(): readonly Level[]
}

export const SCALES = [2, 4] as const

/**
 * @param table parsed irn2.json or irn4.json
 * @param blob the .bin beside it
 * @throws StrataError MODEL_INVALID, for the networks when they are first used
 */
export function openIrn(table: unknown, blob: Uint8Array, engine: NetworkEngine): IrnModel {
  const { id, scale, unit, centre, clamp, steps, levels } = checkTable(table)
  let loaded: readonly Level[] | undefined
  return {
    ...{ id, scale, unit, centre },
    factors: makeFactors(clamp, steps.factor),
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

function makeFactors(clamp: number, steps: number): IrnModel['factors'] {
  const logarithm = (i: number): number => clamp * (2 / (1 + Math.exp((32768 - i) / steps)) - 1)
  return {
    forward: Float32Array.from({ length: 65536 }, (_, i) => Math.exp(logarithm(i))),
    inverse: Float32Array.from({ length: 65536 }, (_, i) => Math.exp(-logarithm(i))),
  }
}

function checkTable(value: unknown): ModelTable {
  const table = value as Partial<ModelTable> | null
  if (typeof table !== 'object' || table === null || table.format !== 1) throw invalid('format 1')
  if (typeof table.id !== 'string' || !/^[0-9a-f]{16}$/.test(table.id)) throw invalid('an id of 16 digits')
  if (!SCALES.some((scale) => scale === table.scale)) throw invalid(`a scale of ${SCALES.join(' or ')}`)
  if (table.levels?.length !== Math.log2(table.scale!)) throw invalid('a level for each halving')
  for (const number of [table.unit, table.centre, table.clamp, table.steps?.factor]) {
    if (typeof number !== 'number' || !(number > 0)) throw invalid('unit, centre, clamp and steps')
  }
  return table as ModelTable
}

function invalid(expected: string): StrataError {
  return new StrataError('MODEL_INVALID', `irn.json: expected ${expected}`)
}
