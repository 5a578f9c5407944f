import type { Ask, Decoder, DecoderOptions } from './decoder.ts'
import type { Answer } from './messages.ts'
import { announce } from './options.ts'
import { Overlay } from './overlay.ts'
import { decoderFor } from './shared.ts'

/** One worker restores: that which `prepareRestore` has made ready. */
const RESTORER = ''

export interface RestoreOptions extends Pick<DecoderOptions, 'assets'> {
  readonly signal?: AbortSignal
}

/** What an image shows now. */
export interface Restoration {
  readonly width: number
  readonly height: number
  /** `plain`: the file hides nothing that can be read, so it was only enlarged. */
  readonly method: string
  readonly factor: number
  /** Why the method is `plain`. */
  readonly note?: string
  /** Shows the thumbnail again and gives the memory back. */
  undo(): void
}

/**
 * Turns a thumbnail that is on the page into the larger picture that it hides, without network: from the file in the
 * browser's cache. `prepareRestore` fetches the models in time.
 * @throws Error with a `code`: INPUT_* for what is no picture, NOT_FOUND where the cache has lost it and there is no
 * network, MODEL_INVALID where models or decoder cannot be had; the image stays as it is
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
    overlay.begin(width, height)
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

/** Fetches what `restore` needs, so that it works without a network later. Rejects where that cannot be had. */
export async function prepareRestore(options: Pick<DecoderOptions, 'assets'> = {}): Promise<void> {
  const decoder = decoderFor(options)
  // For good: without a network a new worker could not be loaded.
  decoder.retain()
  await answerOf(decoder, { type: 'warm', restore: true })
}

async function answerOf(decoder: Decoder, ask: Ask, signal?: AbortSignal): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const cancel = decoder.ask(RESTORER, ask, (answer) => {
      if (answer.type === 'failed') reject(Object.assign(new Error(answer.message), { code: answer.code }))
      else resolve(answer)
    })
    signal?.addEventListener('abort', () => {
      cancel()
      reject(signal.reason)
    })
  })
}
