/*
 * `strata-cdn/placeholder/code`: codes for the markup, made when a page is rendered or built. It needs neither Node nor
 * a DOM, and `placeholderUrl` is here, too, for pages without scripts.
 */
import { invalidParam } from '../../core/errors.ts'
import { isPreview } from '../../format/preview.ts'
import { readPng } from '../../pixels/png/reader.ts'
import { bytesOf } from './decode.ts'
import { Shortener } from './shorten.ts'
import { fromBase64 } from './tables.ts'

export { type DecodedPlaceholder, decodePlaceholder } from './decode.ts'
export { placeholderUrl } from './url.ts'

/** The part of `GET /img/:id.json` that holds the placeholder. */
export interface PlaceholderInfo {
  readonly placeholder?: { readonly base64: string; readonly dataUri?: string | null } | undefined
}

const [SHORTEST, LONGEST] = [16, 32]
const MAX_PREVIEW_PIXELS = 64 * 64

/**
 * The placeholder of a picture as a short code in base64, for `data-strata-placeholder`. It takes 0.3 seconds, so store
 * the code with the picture's address.
 *
 * The bits are chosen anew for the short length: nearest to the preview in `dataUri`, or without one to what the code shows.
 *
 * @param info the JSON of `GET /img/:id.json`
 * @param bytes length of the code, 16 to 32
 * @returns undefined when the picture has no placeholder
 * @throws StrataError PARAM_INVALID for another length; RangeError when `base64` is not a placeholder's code
 *
 * @example
 * const code = await placeholderCode(await (await fetch('https://example.com/cdn/img/cat.json')).json())
 * const html = `<img src="/cdn/img/cat" data-strata-placeholder="${code}" width="1280" height="853" alt="">`
 */
export async function placeholderCode(info: PlaceholderInfo, bytes = 24): Promise<string | undefined> {
  if (!Number.isInteger(bytes) || bytes < SHORTEST || bytes > LONGEST) {
    throw invalidParam('bytes', `an integer from ${SHORTEST} to ${LONGEST}`, bytes)
  }
  const { base64, dataUri } = info.placeholder ?? {}
  if (!base64) return undefined
  const code = bytesOf(base64)
  const preview = typeof dataUri === 'string' && isPreview(dataUri) ? await pixelsOf(dataUri) : undefined
  const short = new Shortener(code, Math.min(bytes, code.length), preview).run()
  return btoa(String.fromCharCode(...short))
}

async function pixelsOf(dataUri: string) {
  const { width, height, data } = await readPng(
    fromBase64(dataUri.slice(dataUri.indexOf(',') + 1)),
    MAX_PREVIEW_PIXELS,
  )
  const rgb = Uint8Array.from(
    { length: 3 * width * height },
    (_, i) => data[4 * Math.floor(i / 3) + (i % 3)]!,
  )
  return { width, height, data: rgb }
}
