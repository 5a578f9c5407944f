import sharp from 'sharp'
import { hyperThumbnail } from '../codec/hyperthumbnail/index.ts'
import { loadHyperThumbnail, loadHyperThumbnailFor } from '../codec/hyperthumbnail/load.ts'
import type { HyperThumbnailModel } from '../codec/hyperthumbnail/model.ts'
import { irn, loadIrnFor } from '../codec/irn/index.ts'
import { type IrnModel, loadIrn } from '../codec/irn/model.ts'
import { upscale } from '../codec/irn/restore.ts'
import type { DecodePicture, Rescaler, Size } from '../codec/rescaler.ts'
import type { RgbImage } from '../core/image.ts'
import { createRuntime } from '../origin/compose.ts'
import { readPicture } from '../origin/ingest.ts'
import { createWasmJpeg } from '../pixels/jpeg/forward-wasm.ts'
import { isPng } from '../pixels/png/chunks.ts'
import type { Runtime } from '../runtime/types.ts'

/** How detail is hidden: in a JPEG, or in a lossless PNG. */
export const METHODS = ['hyperthumbnail', 'irn'] as const

export type Method = (typeof METHODS)[number]

/**
 * A method at a factor with the models of this package, undefined when they do not include it.
 * @throws StrataError MODEL_INVALID
 */
export async function loadRescaler(method: Method, factor: number): Promise<Rescaler | undefined> {
  const runtime = await createRuntime('wasm')
  if (method === 'irn') return withIrn(await loadIrn(runtime, factor))
  return withThumbnails(runtime, await loadHyperThumbnail(runtime, factor))
}

/**
 * What restores a file: its kind tells the method, what it says of itself the factor.
 * @param seed of what a lossless thumbnail does not hold; undefined: the most likely
 * @throws StrataError MODEL_INVALID
 */
export async function loadRescalerFor(file: Uint8Array, seed?: number): Promise<Rescaler | undefined> {
  const runtime = await createRuntime('wasm')
  if (isPng(file)) return withIrn(await loadIrnFor(file, runtime), seed)
  return withThumbnails(runtime, await loadHyperThumbnailFor(file, runtime))
}

/** The inverse of IRN at a scale without its file format, for measurements; undefined without a model. */
export async function loadIrnUpscale(
  scale: number,
): Promise<((low: RgbImage, high: Size) => RgbImage) | undefined> {
  const model = await loadIrn(await createRuntime('wasm'), scale)
  return model && ((low, high) => upscale(low, high, model))
}

const decodePicture: DecodePicture = (file) => readPicture(file)

function withThumbnails({ kernels }: Runtime, model: HyperThumbnailModel | undefined): Rescaler | undefined {
  const kernel = kernels && createWasmJpeg(kernels)
  return model && hyperThumbnail({ model, decodePicture, kernel })
}

function withIrn(model: IrnModel | undefined, seed?: number): Rescaler | undefined {
  return model && irn({ model, decodePicture, encodePng, seed })
}

/** As small as PNG gets: it is read more often than written. */
async function encodePng({ width, height, data }: RgbImage): Promise<Uint8Array> {
  const raw = { width, height, channels: 3 } as const
  return await sharp(data, { raw, limitInputPixels: false })
    .png({ compressionLevel: 9, adaptiveFiltering: true })
    .toBuffer()
}
