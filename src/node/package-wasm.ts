import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { StrataError } from '../core/errors.ts'

/** The packages with encoders and decoders of the transcoder, which are optional. */
export const AVIF_WASM = '@jsquash/avif/codec/enc/avif_enc.wasm'
export const WEBP_WASM = '@jsquash/webp/codec/enc/webp_enc_simd.wasm'
export const AVIF_DECODER_WASM = '@jsquash/avif/codec/dec/avif_dec.wasm'
export const WEBP_DECODER_WASM = '@jsquash/webp/codec/dec/webp_dec.wasm'

/**
 * A compiled module that lies in an installed package. A Worker's bundler does this at build time.
 * @param path `package/path/to/file.wasm`
 * @throws StrataError FILE_FAILED that says what to install
 */
export async function packageWasm(path: string): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(await readFile(createRequire(import.meta.url).resolve(path)))
  } catch (cause) {
    const name = path.split('/', 2).join('/')
    throw new StrataError('FILE_FAILED', `cannot load ${path}; install it: npm install ${name}`, { cause })
  }
}
