import { type Decoder, type DecoderOptions, decoderFor } from './decoder.ts'
import type { JobRequest } from './lane.ts'
import type { Answer } from './messages.ts'
import { announce } from './options.ts'
import { Overlay } from './picture/overlay.ts'

/** Key of the one worker that restores, so that `restore` finds the models that `prepareRestore` loaded. */
const RESTORER = ''

/** `assets` as in `EnhanceOptions`. @default what `enhance` was given on this page */
export interface RestoreOptions extends Pick<DecoderOptions, 'assets'> {
  readonly signal?: AbortSignal | undefined
}

/** A restored picture, as the image shows it. */
export interface Restoration {
  readonly width: number
  readonly height: number
  /** Name of the rescaling method; `plain` if the file has no readable hidden detail and was only enlarged. */
  readonly method: string
  readonly factor: number
  /** Why the method is `plain`. */
  readonly note?: string
  /** Shows the thumbnail again and frees the memory. */
  undo(): void
}

/**
 * Shows, in place of a thumbnail on the page, the larger picture that the thumbnail hides. The file comes from the
 * browser's cache, so no network is needed once `prepareRestore` has loaded the models. Only pictures that were asked
 * for with `ht=2` or `ht=4` hide anything: those of `enhance({ offlineZoom: true })` and `imageAttributes({
 * offlineZoom: true })`. Any other picture is enlarged plainly, and `note` gives the reason.
 * @throws Error with a `code`; the image stays as it is. INPUT_*: the file is no picture. ORIGIN_FAILED: it is
 *   neither in the cache nor on the network. INPUT_TOO_LARGE: it has more bytes, or the result more pixels, than the
 *   page's limits. ABORTED: it takes too long. NOT_FOUND: the server refused it. MODEL_INVALID: models or decoder are
 *   missing
 */
export async function restore(img: HTMLImageElement, options: RestoreOptions = {}): Promise<Restoration> {
  const decoder = decoderFor(options)
  decoder.retain()
  try {
    const address = img.currentSrc || img.src
    const answer = await answerOf(decoder, { type: 'restore', address }, options.signal)
    if (answer.type !== 'restored') throw new TypeError(answer.type)
    const { bitmap, method, factor, note } = answer
    const { width, height } = bitmap
    const overlay = new Overlay(img)
    overlay.begin({ width, height })
    overlay.draw(bitmap, 0)
    const sizes = new ResizeObserver(() => overlay.place())
    sizes.observe(img)
    if (img.parentElement) sizes.observe(img.parentElement)
    const kind = { method, factor, ...(note !== undefined && { note }) }
    announce(img, { type: 'restored', ...kind })
    const undo = () => {
      sizes.disconnect()
      overlay.remove()
    }
    return { width, height, ...kind, undo }
  } finally {
    decoder.release()
  }
}

/** Loads the models of `restore`, so that it works offline. @throws as `restore` */
export async function prepareRestore(options: Pick<DecoderOptions, 'assets'> = {}): Promise<void> {
  const decoder = decoderFor(options)
  // Never released, because offline no new worker could be loaded.
  decoder.retain()
  await answerOf(decoder, { type: 'warm', restore: true })
}

async function answerOf(decoder: Decoder, request: JobRequest, signal?: AbortSignal): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const cancel = decoder.request(RESTORER, request, (answer) => {
      if (answer.type === 'restoring') return
      if (answer.type === 'failed') reject(Object.assign(new Error(answer.message), { code: answer.code }))
      else resolve(answer)
    })
    signal?.addEventListener('abort', () => {
      cancel()
      reject(signal.reason)
    })
  })
}
