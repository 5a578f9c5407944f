import { StrataError } from '../../core/errors.ts'
import { PLACEHOLDER_STEP_BYTES } from '../../format/describe.ts'
import type { Runtime } from '../../runtime/types.ts'
import { type AddProduct, productOf, referenceProduct, transpose } from './matrix.ts'

/** Side of the decoded picture, in pixels. */
export const SIDE = 32
/** The recurrent state has GRID x GRID blocks, each with the lowest frequencies of 8x8 pixels. */
const BLOCK = 8
export const GRID = SIDE / BLOCK
export const CELLS = GRID * GRID
/** Bits of one iteration of the network. */
export const BITS = 128
export const ITERATIONS_PER_STEP = (8 * PLACEHOLDER_STEP_BYTES) / BITS

const NAME = 'placeholder'
/** Number of f32 values in each table. */
function tableLengths({ iterations, channels, hidden, mixed }: Sizes) {
  const size = CELLS * channels
  return {
    ...{ codewordSteps: iterations * BITS, lapped: SIDE * SIDE, colour: 9, mean: size, scale: size },
    ...{ mixIn: mixed * (channels + hidden), mixInBias: mixed, mixAcross: 9 * mixed, mixAcrossBias: mixed },
    ...{ mixOut: (channels + 4 * hidden) * mixed, mixOutBias: channels + 4 * hidden },
    ...{ gateBias: iterations * size, lstmBias: iterations * 4 * hidden, cellBias: CELLS * 4 * hidden },
    ...{ read: 4 * hidden * channels, show: 9 * channels * hidden, showBias: channels },
  }
}
type TableName = keyof ReturnType<typeof tableLengths>

/** `placeholder.json`, as models/strata_models/placeholder/export.py writes it. */
interface ModelTable extends Sizes {
  readonly format: 1
  readonly id: string
  readonly bits: number
  /** Index of each coded coefficient among the 3 x 8 x 8 of a block. */
  readonly selected: readonly number[]
  /** Byte offsets in the blob. */
  readonly parts: Readonly<Record<TableName | 'codewords', number>>
}

interface Sizes {
  readonly iterations: number
  /** Coded coefficients per block. */
  readonly channels: number
  /** Hidden values of the LSTM per cell. */
  readonly hidden: number
  readonly mixed: number
}

export interface PlaceholderModel extends Sizes {
  /** Longest code, in steps of 16 bytes. */
  readonly steps: number
  /** Identifies the model with which a code can be decoded: 16 hexadecimal digits. */
  readonly id: string
  /** [16, channels]: index of each coefficient in three planes of 32x32 frequencies. */
  readonly places: Int32Array
  /** [iterations, 128, 16 x channels] */
  readonly codewords: Int8Array
  /** Tables as doubles, in which the network computes (f32 in the file). Dense matrices are [inputs, outputs]. */
  readonly tables: Readonly<Record<TableName, Float64Array>>
  readonly product: AddProduct
}

/** Whether the model set has a placeholder model. */
export function hasPlaceholder({ manifest }: Pick<Runtime, 'manifest'>): boolean {
  return manifest.files[`${NAME}.bin`] !== undefined
}

const opened = new WeakMap<Runtime, Promise<PlaceholderModel>>()

/** Loads the model, once per runtime. @throws StrataError MODEL_INVALID when its files are missing or invalid */
export function loadPlaceholder(runtime: Runtime): Promise<PlaceholderModel> {
  const cached = opened.get(runtime)
  if (cached) return cached
  const model = Promise.all([runtime.table(NAME), runtime.blob(NAME)]).then(([table, blob]) =>
    openPlaceholder(table, blob, productOf(runtime)),
  )
  opened.set(runtime, model)
  model.catch(() => opened.delete(runtime))
  return model
}

/**
 * @param value parsed placeholder.json
 * @param blob placeholder.bin
 * @param product multiplies matrices
 * @throws StrataError MODEL_INVALID
 */
export function openPlaceholder(
  value: unknown,
  blob: Uint8Array,
  product: AddProduct = referenceProduct,
): PlaceholderModel {
  const { id, iterations, channels, hidden, mixed, selected, parts } = checkTable(value)
  const bytes = blob.slice() // a copy in its own buffer, because f32 views must be aligned
  const at = (name: keyof ModelTable['parts'], length: number, width: number): number => {
    const offset = parts[name]
    if (!Number.isInteger(offset) || offset < 0 || offset + length * width > bytes.length) {
      throw invalid(`${name} inside ${NAME}.bin of ${bytes.length} bytes`)
    }
    return offset
  }
  const lengths = Object.entries(tableLengths({ iterations, channels, hidden, mixed })) as [
    TableName,
    number,
  ][]
  const tables = Object.fromEntries(
    lengths.map(([name, length]) => {
      return [name, Float64Array.from(new Float32Array(bytes.buffer, at(name, length, 4), length))]
    }),
  ) as Record<TableName, Float64Array>
  tables.mixIn = transpose(tables.mixIn, mixed)
  tables.mixOut = transpose(tables.mixOut, channels + 4 * hidden)
  tables.read = transpose(tables.read, 4 * hidden)
  for (let tap = 0, size = channels * hidden; tap < 9; tap++) {
    tables.show.set(transpose(tables.show.slice(tap * size, (tap + 1) * size), channels), tap * size)
  }
  const words = iterations * BITS * CELLS * channels
  const codewords = new Int8Array(bytes.buffer, at('codewords', words, 1), words)
  const steps = Math.floor(iterations / ITERATIONS_PER_STEP)
  const places = placesOf(selected)
  return { id, steps, iterations, channels, hidden, mixed, places, codewords, tables, product }
}

function placesOf(selected: readonly number[]): Int32Array {
  const places = new Int32Array(CELLS * selected.length)
  for (let cell = 0; cell < CELLS; cell++) {
    const corner = BLOCK * SIDE * Math.floor(cell / GRID) + BLOCK * (cell % GRID)
    for (const [i, index] of selected.entries()) {
      const [plane, within] = [Math.floor(index / BLOCK ** 2), index % BLOCK ** 2]
      const row = Math.floor(within / BLOCK)
      places[cell * selected.length + i] = plane * SIDE ** 2 + corner + row * SIDE + (within % BLOCK)
    }
  }
  return places
}

function checkTable(value: unknown): ModelTable {
  const table = value as Partial<ModelTable> | null
  if (typeof table !== 'object' || table === null || table.format !== 1) throw invalid('format 1')
  if (typeof table.id !== 'string' || !/^[0-9a-f]{16}$/.test(table.id)) throw invalid('an id of 16 digits')
  if (table.bits !== BITS) throw invalid(`${BITS} bits an iteration`)
  for (const name of ['iterations', 'channels', 'hidden', 'mixed'] as const) {
    if (!Number.isInteger(table[name]) || table[name]! < 1 || table[name]! > 1024)
      throw invalid(`a size ${name}`)
  }
  const indexes = table.selected
  if (!Array.isArray(indexes) || indexes.length !== table.channels) throw invalid('an index for each channel')
  if (!indexes.every((i) => Number.isInteger(i) && i >= 0 && i < 3 * BLOCK * BLOCK))
    throw invalid('indexes below 192')
  if (typeof table.parts !== 'object' || table.parts === null) throw invalid('parts')
  return table as ModelTable
}

function invalid(expected: string): StrataError {
  return new StrataError('MODEL_INVALID', `${NAME}.json: expected ${expected}`)
}
