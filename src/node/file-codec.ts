import { decodeLayer, layerSymbols } from '../codec/compass/decoder/decode.ts'
import type { RgbImage } from '../core/image.ts'
import type { NodeRuntimeOptions } from '../runtime/node.ts'
import { composeEncode, composePreview, createRuntime, prepareEncode } from './compose.ts'
import type { EncodePicture } from './encode.ts'

/** Native onnxruntime, or the WebAssembly engine that the edge uses. */
export const RUNTIME_NAMES = ['node', 'wasm'] as const
export type RuntimeName = (typeof RUNTIME_NAMES)[number]

/** What commands and benchmarks need of the codec. Tests of the command line pass a small one of their own. */
export interface FileCodec {
  /** Loads what encoding needs, on this provider; rejects when it cannot. */
  prepare(options: NodeRuntimeOptions): Promise<void>
  /** Gives a verified file. */
  readonly encode: EncodePicture
  /** The same file without the check, for measurements that decode all of it themselves. */
  readonly encodeUnverified: EncodePicture
  /** Decodes a layer that lies wholly inside `bytes`. */
  decode(
    bytes: Uint8Array,
    options: { readonly layer: number; readonly runtime: RuntimeName },
  ): Promise<RgbImage>
  /** A hash of the symbols of each whole layer. */
  symbols(bytes: Uint8Array): Promise<string[]>
  /** The placeholder of a file as a data URI; undefined where the file or this installation has none. */
  preview(bytes: Uint8Array): Promise<string | undefined>
}

/** The codec with the runtimes of this machine, each loaded when it is first needed. */
export function loadCodec(): FileCodec {
  return {
    prepare: prepareEncode,
    encode: async (image, request) => await (await composeEncode({ verify: true }))(image, request),
    encodeUnverified: async (image, request) =>
      await (await composeEncode({ verify: false }))(image, request),
    decode: async (bytes, { layer, runtime }) =>
      await decodeLayer(bytes, { runtime: await createRuntime(runtime), layer }),
    symbols: async (bytes) => await layerSymbols(bytes, { runtime: await createRuntime('wasm') }),
    preview: composePreview,
  }
}
