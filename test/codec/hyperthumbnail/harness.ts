import { readFileSync } from 'node:fs'
import { type HyperThumbnailModel, openHyperThumbnail } from '../../../src/codec/hyperthumbnail/model.ts'
import type { RgbImage } from '../../../src/core/image.ts'
import type { NetworkEngine } from '../../../src/network/engine.ts'
import { createEngine } from '../../../src/network/network-wasm.ts'
import { readPicture } from '../../../src/node/ingest/ingest.ts'
import { kernelModule } from '../../kernels.ts'

const file = (name: string): URL => new URL(`../../../models/weights/${name}`, import.meta.url)

/** Factors of the models in this repository. */
export const FACTORS = [2, 4]

export function openModel(
  factor = 2,
  engine: NetworkEngine = createEngine(kernelModule()),
): HyperThumbnailModel {
  const name = factor === 2 ? 'hyperthumbnail' : `hyperthumbnail${factor}`
  const table = JSON.parse(readFileSync(file(`${name}.json`), 'utf8'))
  return openHyperThumbnail(table, readFileSync(file(`${name}.bin`)), engine)
}

export const decodePicture = (bytes: Uint8Array): Promise<RgbImage> => readPicture(bytes)

/** Cuts a picture into strips of `rows` rows. */
export function* stripsOf({ width, height, data }: RgbImage, rows: number): Generator<RgbImage> {
  for (let top = 0; top < height; top += rows) {
    const bottom = Math.min(height, top + rows)
    yield { width, height: bottom - top, data: data.slice(3 * width * top, 3 * width * bottom) }
  }
}
