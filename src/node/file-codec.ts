import { layerSymbols } from '../codec/compass/decoder/decode.ts'
import { hex } from '../core/bytes.ts'
import { sha256 } from '../core/hash.ts'
import type { RgbImage } from '../core/image.ts'
import { holdsPictures } from '../format/coding.ts'
import { readPictureLayer } from '../format/layers.ts'
import { readHeader, wholeLayers } from '../format/reader.ts'
import type { NodeRuntimeOptions } from '../runtime/node.ts'
import { composeEncode, composePreview, createRuntime, prepareEncode } from './compose.ts'
import { decodeAnyLayer } from './decode-layer.ts'
import type { EncodePicture } from './encode-picture.ts'

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
  /** Decodes a layer that lies wholly inside `bytes`, on white where it has alpha. */
  decode(
    bytes: Uint8Array,
    options: { readonly layer: number; readonly runtime: RuntimeName },
  ): Promise<RgbImage>
  /** A hash of the symbols of each whole layer; of the bytes, where layers are pictures. */
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
    decode: async (bytes, { layer, runtime }) => await decodeAnyLayer(bytes, layer, runtime),
    symbols: async (bytes) =>
      holdsPictures(readHeader(bytes))
        ? await pictureHashes(bytes)
        : await layerSymbols(bytes, { runtime: await createRuntime('wasm') }),
    preview: composePreview,
  }
}

async function pictureHashes(bytes: Uint8Array): Promise<string[]> {
  const header = readHeader(bytes)
  const whole = header.layers.slice(0, wholeLayers(header, bytes.length))
  return await Promise.all(whole.map(async (layer) => hex(await sha256(readPictureLayer(bytes, layer)))))
}
