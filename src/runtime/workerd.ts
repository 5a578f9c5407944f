import kernels from '../../build/kernels.wasm'
import decoderBlob from '../../models/weights/decoder.bin'
import decoderTable from '../../models/weights/decoder.json'
import thumbnailBlob from '../../models/weights/hyperthumbnail.bin'
import thumbnailTable from '../../models/weights/hyperthumbnail.json'
import manifestJson from '../../models/weights/manifest.json'
import { StrataError } from '../core/errors.ts'
import { createEngine } from '../network/network-wasm.ts'
import { checkManifest } from './manifest.ts'
import { engineNetworks } from './networks.ts'
import type { Runtime } from './types.ts'

/** The decoder inside workerd, with what the bundler compiled and packed. A Worker never encodes. */
export async function createWorkerdRuntime(): Promise<Runtime> {
  const files = {
    table: async (name: string): Promise<unknown> => {
      if (name === 'decoder') return decoderTable
      if (name === 'hyperthumbnail') return thumbnailTable
      throw absent(`table "${name}"`)
    },
    blob: async (name: string): Promise<Uint8Array> => {
      if (name === 'decoder') return new Uint8Array(decoderBlob)
      if (name === 'hyperthumbnail') return new Uint8Array(thumbnailBlob)
      throw absent(`blob "${name}"`)
    },
  }
  const engine = createEngine(kernels)
  return {
    name: 'workerd',
    manifest: checkManifest(manifestJson),
    kernels,
    engine,
    ...files,
    network: engineNetworks(engine, files),
    load: async (name) => {
      throw absent(`ONNX network "${name}"`)
    },
  }
}

function absent(what: string): StrataError {
  return new StrataError('MODEL_INVALID', `${what} is not part of this Worker`)
}
