import { hyperThumbnail } from '../codec/hyperthumbnail/index.ts'
import { loadHyperThumbnail } from '../codec/hyperthumbnail/load.ts'
import { irn } from '../codec/irn/index.ts'
import { loadIrn } from '../codec/irn/load.ts'
import { upscale } from '../codec/irn/restore.ts'
import type { DecodePicture, Rescaler } from '../codec/rescaler.ts'
import { loadRestorer, type Restorer } from '../codec/restorer.ts'
import type { Size } from '../core/box.ts'
import type { RgbImage } from '../core/image.ts'
import { createWasmJpeg } from '../pixels/jpeg/forward-wasm.ts'
import { createRuntime } from './compose.ts'
import { readPicture } from './ingest/ingest.ts'
import { encodePng } from './picture-writer.ts'

/** How detail is hidden: in a JPEG, or in a lossless PNG. */
export const METHODS = ['hyperthumbnail', 'irn'] as const

export type Method = (typeof METHODS)[number]

/** Invertible rescaling, and its inverse without a file format, for measurements behind a JPEG. */
export interface Invertible {
  readonly rescaler: Rescaler
  readonly upscale: (low: RgbImage, high: Size) => RgbImage
}

/**
 * A method at a factor with the models of this package, undefined when they do not include it.
 * @throws StrataError MODEL_INVALID
 */
export async function loadRescaler(method: Method, factor: number): Promise<Rescaler | undefined> {
  if (method === 'irn') return (await loadInvertible(factor))?.rescaler
  const runtime = await createRuntime('wasm')
  const { kernels } = runtime
  const model = await loadHyperThumbnail(runtime, factor)
  return model && hyperThumbnail({ model, decodePicture, kernel: kernels && createWasmJpeg(kernels) })
}

/** Undefined when the models of this package restore no such file. @throws StrataError MODEL_INVALID */
export async function loadRestorerFor(file: Uint8Array, seed?: number): Promise<Restorer | undefined> {
  return await loadRestorer(file, await createRuntime('wasm'), { decodePicture, seed })
}

/** Undefined when the models of this package do not include the scale. @throws StrataError MODEL_INVALID */
export async function loadInvertible(scale: number): Promise<Invertible | undefined> {
  const model = await loadIrn(await createRuntime('wasm'), scale)
  return (
    model && {
      rescaler: irn({ model, decodePicture, encodePng }),
      upscale: (low, high) => upscale(low, high, model),
    }
  )
}

const decodePicture: DecodePicture = (file) => readPicture(file)
