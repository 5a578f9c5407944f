import { readFile } from 'node:fs/promises'
import { createRequire as requireFrom } from 'node:module'
import { pathToFileURL } from 'node:url'
import { StrataError } from '../core/errors.ts'

interface Decoded {
  readonly data: Uint8ClampedArray
  readonly width: number
  readonly height: number
}

/** jSquash's WebAssembly codecs, with which an edge would transcode stored AVIF or WebP to JPEG. */
export interface Rivals {
  readonly decodeAvif: (file: ArrayBuffer) => Promise<Decoded>
  readonly decodeWebp: (file: ArrayBuffer) => Promise<Decoded>
  /** MozJPEG with the settings of jSquash: 4:2:0, progressive, optimized Huffman tables, trellis quantization. */
  readonly encodeJpeg: (image: Decoded, options: { readonly quality: number }) => Promise<ArrayBuffer>
}

interface JSquashModule {
  init(module: WebAssembly.Module): Promise<void>
  default(...args: unknown[]): Promise<unknown>
}

/**
 * Loads jSquash, a development dependency that the published package does not bring along. The import is by path, which
 * no bundler follows and beside which the .wasm lies.
 * @throws StrataError FILE_FAILED that says what to install
 */
export async function loadRivals(): Promise<Rivals> {
  const [decodeAvif, decodeWebp, encodeJpeg] = await Promise.all([
    load('@jsquash/avif/decode.js', '@jsquash/avif/codec/dec/avif_dec.wasm'),
    load('@jsquash/webp/decode.js', '@jsquash/webp/codec/dec/webp_dec.wasm'),
    load('@jsquash/jpeg/encode.js', '@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm'),
  ])
  return { decodeAvif, decodeWebp, encodeJpeg } as Rivals
}

async function load(script: string, wasm: string): Promise<JSquashModule['default']> {
  const { resolve } = requireFrom(import.meta.url)
  try {
    const made: JSquashModule = await import(pathToFileURL(resolve(script)).href)
    await made.init(await WebAssembly.compile(await readFile(resolve(wasm))))
    return made.default
  } catch (cause) {
    const remedy = 'npm install --no-save @jsquash/avif@2.1.1 @jsquash/jpeg@1.6.0 @jsquash/webp@1.5.0'
    throw new StrataError(
      'FILE_FAILED',
      `cannot load ${script}, which the benchmark compares with; install it: ${remedy}`,
      {
        cause,
      },
    )
  }
}
