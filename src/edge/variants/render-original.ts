import { hasCode } from '../../core/errors.ts'
import type { OriginBreaker } from '../origin/breaker.ts'
import { type Origin, OriginDown, type SentOriginal } from '../origin/origin.ts'
import { type Patience, type RenderedPicture, type RenderRequest, renderAtOrigin } from '../origin/render.ts'
import type { SentOriginals } from '../origin/sent-originals.ts'
import type { StoredObject } from '../store/object-store.ts'
import type { ImageStore } from '../store/store.ts'

export interface RenderServices {
  readonly store: Pick<ImageStore, 'get'>
  readonly origin: () => Origin
  /** One per plugin instance, hence per isolate; so is `sent`. */
  readonly breaker: OriginBreaker
  readonly sent: SentOriginals
}

/** An original in the bucket. */
export interface StoredOriginal {
  /** Key. */
  readonly original: string
  /** Hexadecimal. */
  readonly sha256: string
}

/** How much a picture is worth. */
export interface RenderPatience extends Patience {
  /** Whether the edge can make it as well, so that an origin which does not answer is not asked. @default false */
  readonly isSpare?: boolean
}

/** Milliseconds for a picture that a page waits for, at an origin that did not answer the last time. */
const SUSPECT_MS = 10_000
/** Milliseconds. A connection that breaks sooner was a kept one that the origin had just closed, so it is worth another try. */
const BROKEN_SOON_MS = 5000

/**
 * Has the origin make a picture of an original in the bucket.
 * @returns undefined when the original is gone
 * @throws as renderAtOrigin; STORAGE_FAILED
 */
export async function renderOriginal(
  source: StoredOriginal,
  request: RenderRequest,
  services: RenderServices,
  patience: RenderPatience = {},
): Promise<RenderedPicture | undefined> {
  const { isAwaited = true } = patience
  return await sendOriginal(source, services, patience, (sent, milliseconds) =>
    renderAtOrigin(services.origin(), sent, request, { isAwaited, milliseconds }),
  )
}

/**
 * Gives an original in the bucket to `send`: its name alone where the origin keeps it, else its bytes. What is sent changes
 * nothing there, so a request whose connection broke at once is sent once more.
 * @returns undefined when it is gone
 * @throws OriginDown where the work is spare and the origin is spared; StrataError STORAGE_FAILED; whatever `send` throws
 */
export async function sendOriginal<T>(
  source: StoredOriginal,
  { store, breaker, sent }: Pick<RenderServices, 'store' | 'breaker' | 'sent'>,
  { isSpare = false, isAwaited = true, milliseconds }: RenderPatience,
  send: (sent: SentOriginal, milliseconds: number | undefined) => Promise<T>,
): Promise<T | undefined> {
  const attempt = breaker.begin(isSpare)
  const limit =
    isAwaited && attempt.isSuspect ? Math.min(milliseconds ?? SUSPECT_MS, SUSPECT_MS) : milliseconds
  const facts = { sha256: source.sha256, requestId: crypto.randomUUID() }
  const ask = (body?: Pick<SentOriginal, 'body' | 'contentType' | 'onSent'>) =>
    send({ ...facts, ...body }, limit)
  let sayBegun = await sent.claim(source.sha256)
  if (sayBegun === undefined) {
    try {
      return await attempt.watch(() => twiceIfBroken(ask, ask))
    } catch (error) {
      if (!hasCode(error, 'INPUT_EMPTY')) throw error
      // The origin does not keep it any more, or never does.
      sayBegun = sent.begin(source.sha256)
    }
  }
  const say = sayBegun
  try {
    const askWith = ({ body, contentType }: StoredObject) =>
      ask({ body, contentType, onSent: () => say(true) })
    const object = await store.get(source.original)
    if (object === undefined) return undefined
    const again = async () => {
      // A body can be read only once.
      const same = await store.get(source.original)
      return same && (await askWith(same))
    }
    return await attempt.watch(() => twiceIfBroken(() => askWith(object), again))
  } finally {
    say(false)
  }
}

/** Once more where the connection broke at once. */
async function twiceIfBroken<T>(first: () => Promise<T>, again: () => Promise<T>): Promise<T> {
  const started = Date.now()
  try {
    return await first()
  } catch (error) {
    // A proxy that answers for a dead origin gives no cause: there nothing broke.
    const isBroken = error instanceof OriginDown && error.cause !== undefined && !isTimeout(error.cause)
    if (!isBroken || Date.now() - started >= BROKEN_SOON_MS) throw error
    return await again()
  }
}

function isTimeout(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'TimeoutError'
}
