import type { Context, Env } from 'hono'
import { StrataError } from '../core/errors.ts'
import type { Origin } from './origin.ts'
import type { Transcoder } from './transcoder.ts'

/** Options of `imageCdn`. Bindings come by accessors, so their names are the user's own. */
export interface ImageCdnOptions<E extends Env = Env> {
  /** Where images and their records are kept. Only the plugin writes to it. */
  readonly bucket: (c: Context<E>) => R2Bucket
  /** Makes JPEGs for clients that do not decode .strata, such as `serviceTranscoder(c.env.TRANSCODER)`. */
  readonly transcoder: (c: Context<E>) => Transcoder
  /** Where uploads are encoded. */
  readonly origin: (c: Context<E>) => Origin
  /**
   * The token that PUT and DELETE must carry as `Authorization: Bearer`. Without one they are refused.
   * @default none
   */
  readonly uploadToken?: (c: Context<E>) => string | undefined
  /**
   * Whether uploads need no token. Never derive it from a request.
   * @default c.env.STRATA_ENV === 'development'
   */
  readonly development?: (c: Context<E>) => boolean
  /**
   * Width in pixels when neither the URL nor a hint names one.
   * @default 1280
   */
  readonly defaultWidth?: number
  /**
   * Widest layer that is decoded at the edge; wider requests get the largest ladder width that is not above it.
   * @default 1920
   */
  readonly maxTranscodeWidth?: number
  /**
   * `fill`: Client Hints choose the width when the URL names none. `cap`: they also bound an explicit `w` from above.
   * `off`: they are not read.
   * @default 'fill'
   */
  readonly hints?: 'fill' | 'cap' | 'off'
  /**
   * Largest upload in bytes.
   * @default 52428800 (50 MiB)
   */
  readonly maxUploadBytes?: number
  /**
   * Seconds a browser may show an image without asking again; `id@hash` URLs never expire.
   * @default 0: kept, but revalidated by ETag on every use
   */
  readonly maxAge?: number
  /**
   * Value of `Access-Control-Allow-Origin`; only reading is ever allowed across origins.
   * @default '*'
   */
  readonly allowOrigin?: string
}

/** The options with every default filled in. */
export type ResolvedOptions<E extends Env> = Required<ImageCdnOptions<E>>

const ACCESSORS = ['bucket', 'transcoder', 'origin', 'uploadToken', 'development'] as const
const HINT_MODES = ['fill', 'cap', 'off'] as const
const MAX_WIDTH = 65_535
const YEAR_S = 31_536_000

/**
 * Checks the options once, at construction.
 * @throws StrataError OPTION_INVALID that names the option, what is expected and what came
 */
export function resolveOptions<E extends Env>(options: ImageCdnOptions<E>): ResolvedOptions<E> {
  if (typeof options !== 'object' || options === null) throw invalidOption('options', 'an object', options)
  const resolved: ResolvedOptions<E> = {
    bucket: options.bucket,
    transcoder: options.transcoder,
    origin: options.origin,
    uploadToken: options.uploadToken ?? (() => undefined),
    development:
      options.development ?? ((c) => (c.env as Record<string, unknown>)?.STRATA_ENV === 'development'),
    defaultWidth: options.defaultWidth ?? 1280,
    maxTranscodeWidth: options.maxTranscodeWidth ?? 1920,
    hints: options.hints ?? 'fill',
    maxUploadBytes: options.maxUploadBytes ?? 50 * 1024 * 1024,
    maxAge: options.maxAge ?? 0,
    allowOrigin: options.allowOrigin ?? '*',
  }
  for (const name of Object.keys(options)) {
    if (!(name in resolved)) throw invalidOption(name, `one of ${Object.keys(resolved).join(', ')}`, name)
  }
  for (const name of ACCESSORS) {
    if (typeof resolved[name] !== 'function')
      throw invalidOption(name, 'a function of the context', resolved[name])
  }
  integerOption('defaultWidth', resolved.defaultWidth, 1, MAX_WIDTH)
  integerOption('maxTranscodeWidth', resolved.maxTranscodeWidth, 1, MAX_WIDTH)
  integerOption('maxUploadBytes', resolved.maxUploadBytes, 1, Number.MAX_SAFE_INTEGER)
  integerOption('maxAge', resolved.maxAge, 0, YEAR_S)
  if (!HINT_MODES.includes(resolved.hints))
    throw invalidOption('hints', HINT_MODES.join(' or '), resolved.hints)
  if (typeof resolved.allowOrigin !== 'string' || !/^(\*|https?:\/\/[^\s/]+)$/.test(resolved.allowOrigin)) {
    throw invalidOption('allowOrigin', '* or an origin such as https://example.com', resolved.allowOrigin)
  }
  return resolved
}

function integerOption(name: string, value: unknown, min: number, max: number): void {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return
  throw invalidOption(name, `an integer from ${min} to ${max}`, value)
}

function invalidOption(name: string, expected: string, actual: unknown): StrataError {
  const shown = typeof actual === 'string' ? JSON.stringify(actual) : String(actual)
  return new StrataError('OPTION_INVALID', `imageCdn option ${name}: expected ${expected}, got ${shown}`)
}
