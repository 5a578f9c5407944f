import { readFileSync } from 'node:fs'
import type { EncodePng } from '../../../src/codec/irn/embed.ts'
import { type IrnModel, openIrn } from '../../../src/codec/irn/model.ts'
import type { DecodePicture } from '../../../src/codec/rescaler.ts'
import type { NetworkEngine } from '../../../src/network/engine.ts'
import { createEngine } from '../../../src/network/network-wasm.ts'
import { readPicture } from '../../../src/node/ingest/ingest.ts'
import { pictureEncoder } from '../../../src/node/picture-writer.ts'
import { kernelModule } from '../../kernels.ts'

export function openModel(factor: number, engine: NetworkEngine = createEngine(kernelModule())): IrnModel {
  const read = (extension: string) =>
    readFileSync(new URL(`../../../models/weights/irn${factor}.${extension}`, import.meta.url))
  return openIrn(JSON.parse(read('json').toString()), read('bin'), engine)
}

export const encodePng: EncodePng = pictureEncoder('x.png')

export const decodePicture: DecodePicture = (bytes) => readPicture(bytes)
