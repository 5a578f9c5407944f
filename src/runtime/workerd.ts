import kernels from '../../build/kernels.wasm'
import decoderBlob from '../../models/weights/decoder.bin'
import decoderTable from '../../models/weights/decoder.json'
import thumbnailBlob from '../../models/weights/hyperthumbnail.bin'
import thumbnailTable from '../../models/weights/hyperthumbnail.json'
import thumbnail4Blob from '../../models/weights/hyperthumbnail4.bin'
import thumbnail4Table from '../../models/weights/hyperthumbnail4.json'
import manifestJson from '../../models/weights/manifest.json'
import { StrataError } from '../core/errors.ts'
import { createEngine } from '../network/network-wasm.ts'
import { checkManifest } from './manifest.ts'
import { engineNetworks } from './networks.ts'
import type { Runtime } from './types.ts'

const TABLES: Readonly<Record<string, unknown>> = {
  decoder: decoderTable,
  hyperthumbnail: thumbnailTable,
  hyperthumbnail4: thumbnail4Table,
}
const BLOBS: Readonly<Record<string, ArrayBuffer>> = {
  decoder: decoderBlob,
  hyperthumbnail: thumbnailBlob,
  hyperthumbnail4: thumbnail4Blob,
}

/** The decoder in workerd, with models and kernels that the bundler packed and compiled. A Worker never encodes. */
export async function createWorkerdRuntime(): Promise<Runtime> {
  const files = {
    table: async (name: string): Promise<unknown> => TABLES[name] ?? absent(`table "${name}"`),
    blob: async (name: string): Promise<Uint8Array> =>
      new Uint8Array(BLOBS[name] ?? absent(`blob "${name}"`)),
  }
  const engine = createEngine(kernels)
  return {
    name: 'workerd',
    manifest: checkManifest(manifestJson),
    kernels,
    engine,
    ...files,
    network: engineNetworks(engine, files),
    load: async (name) => absent(`ONNX network "${name}"`),
  }
}

function absent(what: string): never {
  throw new StrataError('MODEL_INVALID', `${what} is not part of this Worker`)
}
