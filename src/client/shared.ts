import { Decoder, type DecoderOptions } from './decoder.ts'

const decoders = new Map<string, Decoder>()

/** The decoder of a page for one folder of files: everything on the page shares it. The first caller's options hold. */
export function decoderFor(options: DecoderOptions): Decoder {
  const key = String(options.assets ?? '')
  let decoder = decoders.get(key)
  if (!decoder) {
    decoder = new Decoder(options)
    decoders.set(key, decoder)
  }
  return decoder
}
