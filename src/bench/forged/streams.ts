import { EntropyModel } from '../../codec/compass/latents/entropy-parameters.ts'
import { layerGeometry, stripGeometry } from '../../codec/compass/shared/geometry.ts'
import type { DecoderTable } from '../../codec/compass/shared/tables.ts'
import { createRansEncoder } from '../../entropy/rans-encoder.ts'
import type { LayerInfo } from '../../format/types.ts'
import type { Runtime } from '../../runtime/types.ts'
import type { Random } from '../random.ts'

/** Random bytes. Most have an even length and begin with four valid states of the coder. */
export function randomStream(random: Random): Uint8Array {
  const bytes = random.bytes(random.pick([0, 1, 15, 16, 17, 18, 32, 64, 2 * random.below(400)]))
  const isPlausible = random.chance(0.8) && bytes.length >= 16
  if (isPlausible) for (let state = 0; state < 4; state++) bytes[4 * state + 2] = 1 + random.below(255)
  return bytes
}

/** Scale indexes of the hyper-latents of a strip of this size, with which every stream of the model set starts. */
export function hyperScaleIndexes(
  table: DecoderTable,
  layer: { readonly width: number; readonly height: number; readonly quality: number },
  kind: 'base' | 'enhancement',
): Uint8Array {
  const strip = stripGeometry(layerGeometry(layer, table), 0, table)
  const cells = strip.hyperRows * strip.hyperColumns
  const row = table[kind].sideIndexes[Math.min(Math.max(layer.quality, 1), 100) - 1] ?? []
  const { side } = table[kind]
  return Uint8Array.from({ length: side * cells }, (_, i) => row[i % side] ?? 1)
}

/**
 * A stream with valid hyper-latents, so that the networks run on them, and invalid data behind. An `amplitude` above 255
 * makes hyper-latents that no encoder writes.
 */
export function hyperStream(random: Random, indexes: Uint8Array, amplitude: number): Uint8Array {
  const encoder = createRansEncoder()
  encoder.encode(indexes, randomSymbols(random, indexes, amplitude))
  const rest = Uint8Array.from({ length: random.below(2000) }, () => random.below(64))
  encoder.encode(rest, randomSymbols(random, rest, random.pick([0, 1, 300])))
  return encoder.finish()
}

/** Largest symbols of a stream; 0 gives the shortest stream. */
interface Amplitudes {
  readonly hyper: number
  readonly latents: number
}

/**
 * Writes a valid stream of extreme symbols: the networks get numbers that no picture yields, up to the limits of 16
 * bits. Decoding it must still end with a picture.
 * @param layer a base layer; the stream is that of its first strip
 * @param amplitudes chosen at random when absent
 */
export async function wildStream(
  random: Random,
  runtime: Runtime,
  table: DecoderTable,
  layer: LayerInfo,
  amplitudes?: Amplitudes,
): Promise<Uint8Array> {
  const geometry = layerGeometry(layer, table)
  const model = await EntropyModel.load(runtime, table, layer, geometry)
  const strip = stripGeometry(geometry, 0, table)
  const hyperIndexes = model.hyperScaleIndexes(strip)
  const hyperSymbols = randomSymbols(random, hyperIndexes, amplitudes?.hyper ?? random.pick([0, 3, 255]))
  const encoder = createRansEncoder()
  encoder.encode(hyperIndexes, hyperSymbols)
  const amplitude = amplitudes?.latents ?? random.pick([0, 100, 32767])
  await model.code(strip, await model.features(strip, hyperSymbols), ({ scaleIndexes }) => {
    const symbols = randomSymbols(random, scaleIndexes, amplitude)
    encoder.encode(scaleIndexes, symbols)
    return symbols
  })
  return encoder.finish()
}

function randomSymbols(random: Random, indexes: Uint8Array, amplitude: number): Int16Array {
  return Int16Array.from(indexes, (index) => {
    return index === 0 ? 0 : Math.trunc((2 * random.unit() - 1) * (amplitude + 0.999))
  })
}
