import type { Context, Env } from 'hono'
import type { PictureFormat } from '../format/media-type.ts'
import type { Signing } from './access/sign.ts'
import type { ImageAnswer } from './answer/observe.ts'
import type { ImageEvent } from './ingest/events.ts'
import type { JobQueue } from './ingest/jobs.ts'
import type { Webhook } from './ingest/webhook.ts'
import type { Origin } from './origin/origin.ts'
import type { RemoteSources } from './sources/allow-list.ts'
import type { Sources } from './sources/source-options.ts'
import type { ObjectStore } from './store/object-store.ts'
import type { R2BucketLike } from './store/r2-bucket.ts'
import type { Transcoder } from './transcoder/transcoder.ts'
import type { LeaseNamespace } from './variants/lease-client.ts'

/** Called with what happened to an image, at least once for each event. An error that it throws is only logged. */
export type ImageHook<E extends Env> = (event: ImageEvent, c: Context<E>) => void | Promise<void>

/** Options of `imageCdn`. Bindings are given by accessors, so you choose their names. */
export interface ImageCdnOptions<E extends Env = Env> {
  /** The bucket of images and their records: an R2 binding, or `s3Store` (`strata-cdn/s3`). Only the plugin writes to it. */
  readonly bucket: (c: Context<E>) => R2BucketLike | ObjectStore
  /**
   * Makes pictures for clients that do not decode .strata, such as `serviceTranscoder(c.env.TRANSCODER)`. Without one,
   * only .strata files and pictures that were kept (`persist`) are served.
   * @default none
   */
  readonly transcoder?: ((c: Context<E>) => Transcoder | undefined) | undefined
  /** The origin that encodes uploads. */
  readonly origin: (c: Context<E>) => Origin
  /**
   * The queue whose consumer is `imageQueue`. Without one, an upload is encoded by the request that sent it.
   * @default none
   */
  readonly queue?: ((c: Context<E>) => JobQueue | undefined) | undefined
  /**
   * Whether originals stay in the bucket after they are encoded; `strata reencode` needs them.
   * @default true
   */
  readonly keepOriginal?: boolean | ((c: Context<E>) => boolean) | undefined
  /** Called when an upload is stored. */
  readonly onUploaded?: ImageHook<E> | undefined
  /** Called when an image is ready. */
  readonly onEncoded?: ImageHook<E> | undefined
  /** Called when an image could not be encoded. */
  readonly onFailed?: ImageHook<E> | undefined
  /**
   * Called behind each answer to `GET /img/:id` with what it was. It cannot delay or fail the answer: an error that it throws
   * is only logged. `analyticsSink` writes it into Workers Analytics Engine.
   * @default none
   */
  readonly onAnswer?: ((answer: ImageAnswer, c: Context<E>) => void | Promise<void>) | undefined
  /**
   * The receiver that the same events are posted to, signed: at least once with a `queue`, else only while the
   * request lasts.
   * @default none
   */
  readonly webhook?: ((c: Context<E>) => Webhook | undefined) | undefined
  /**
   * The token that uploads and deletions must send as `Authorization: Bearer`. Without one they are refused.
   * @default none
   */
  readonly uploadToken?: ((c: Context<E>) => string | undefined) | undefined
  /**
   * Whether uploads need no token. Never derive this from a request.
   * @default c.env.STRATA_ENV === 'development'
   */
  readonly development?: ((c: Context<E>) => boolean) | undefined
  /**
   * Hosts that `PUT /img/:id?url=…` may fetch pictures from. Nothing else is ever fetched.
   * @default none
   */
  readonly remote?: RemoteSources | ((c: Context<E>) => RemoteSources | undefined) | undefined
  /**
   * Where pictures lie that are pulled from there and not uploaded: `/src/:source/*path` fetches, stores and encodes them.
   * Only these names can be asked, never an address from a request.
   * @default none
   */
  readonly sources?: Sources | ((c: Context<E>) => Sources | undefined) | undefined
  /**
   * Keys of signed URLs (`strata-cdn/sign`). With them, images are served to signed URLs only.
   * @default none
   */
  readonly signing?: Signing | ((c: Context<E>) => Signing | undefined) | undefined
  /**
   * Path under which visitors reach the plugin, such as `/images`, where a proxy in front puts the mount point in its place:
   * signatures and `Location` name it.
   * @default the mount point
   */
  readonly publicPath?: string | ((c: Context<E>) => string | undefined) | undefined
  /**
   * Formats in which pictures are sent where the URL names none. Of those that a client likes equally (`Accept`), the
   * first; JPEG is sent where nothing else fits. Leave `avif` out where the transcoder is built without it.
   * @default ['avif', 'webp', 'jpeg']
   */
  readonly formats?:
    | readonly PictureFormat[]
    | ((c: Context<E>) => readonly PictureFormat[] | undefined)
    | undefined
  /**
   * Widths and heights in device pixels (times `dpr`) that a URL may ask a picture in: they bound the number of
   * variants. The width of a hint snaps up to them.
   * @default []: any
   */
  readonly allowedWidths?: readonly number[] | undefined
  /**
   * Parameters of pictures by the name that `preset=` gives them, as a query: `{ card: 'w=400&ar=16:9' }`. What a URL names
   * beside its preset counts more.
   * @default {}
   */
  readonly presets?:
    | Readonly<Record<string, string>>
    | ((c: Context<E>) => Readonly<Record<string, string>> | undefined)
    | undefined
  /**
   * Whether a URL may name a preset and nothing else: then there are as many variants of an image as presets and formats.
   * @default false
   */
  readonly presetsOnly?: boolean | ((c: Context<E>) => boolean) | undefined
  /**
   * Widths in device pixels that the width of a hint snaps up to, so that visitors with screens of nearly one size share
   * a variant.
   * @default 16 32 48 64 96 128 256 384 640 750 828 1080 1200 1280 1600 1920 2048 2560 3840
   */
  readonly hintWidths?: readonly number[] | undefined
  /**
   * Whether pictures that were made are kept in the bucket, under `picture/`, so that each is made once and not once in every data centre.
   * @default false
   */
  readonly persist?: boolean | ((c: Context<E>) => boolean) | undefined
  /**
   * Whether a picture that is asked for again from elsewhere is made once more, by a job from the original, as small as
   * its format can be, and takes the place of the edge's: after so many finds in the bucket by who did not make it.
   * `true`: 2. Needs `persist` and kept originals.
   * @default false
   */
  readonly promote?: boolean | number | ((c: Context<E>) => boolean | number) | undefined
  /**
   * The namespace of `TranscodeLease` (`strata-cdn/durable`): where pictures are kept, one isolate makes a picture
   * and all others wait for it. Without it, every isolate that misses a picture makes it.
   * @default none
   */
  readonly lease?: ((c: Context<E>) => LeaseNamespace | undefined) | undefined
  /**
   * Whether `GET` answers with the uploaded bytes while an image is not encoded yet, or where a transcoder is needed
   * and missing. They hold all metadata, such as where a photo was taken.
   * @default false
   */
  readonly serveOriginal?: boolean | undefined
  /**
   * Width in pixels when neither the URL nor a hint names one.
   * @default 1280
   */
  readonly defaultWidth?: number | undefined
  /**
   * Width in pixels of the widest layer that is decoded at the edge; wider requests get the widest layer not above
   * it. The transcoder decodes none above 4096.
   * @default 1920
   */
  readonly maxTranscodeWidth?: number | undefined
  /**
   * Width in pixels of the widest picture that is hidden in a JPEG of half its width. 0: nothing is hidden.
   * @default 1600
   */
  readonly maxEmbedWidth?: number | undefined
  /**
   * `asked`: a JPEG hides detail (HyperThumbnail) where the URL says `ht=2` or `ht=4`. `always`: every JPEG does, and
   * clients get JPEGs instead of other formats, unless the URL says `ht=1` or names a format.
   * @default 'asked'
   */
  readonly hyperThumbnail?: 'asked' | 'always' | undefined
  /**
   * `fill`: Client Hints choose the width when the URL names none. `cap`: they also bound an explicit `w` from above.
   * `off`: they are not read.
   * @default 'fill'
   */
  readonly hints?: 'fill' | 'cap' | 'off' | undefined
  /**
   * Largest upload in bytes.
   * @default 104857600 (100 MiB)
   */
  readonly maxUploadBytes?: number | undefined
  /**
   * Seconds for which browsers and caches may show an image without asking again, at most a year; 0: they ask on every
   * use, by ETag. For so long they may show an image that was replaced. `id@hash` URLs never expire.
   * @default 300
   */
  readonly maxAge?: number | undefined
  /**
   * Seconds after that for which they may still show it while they ask.
   * @default 86400
   */
  readonly staleWhileRevalidate?: number | undefined
  /**
   * Value of `Access-Control-Allow-Origin`; only reading is ever allowed across origins.
   * @default '*'
   */
  readonly allowOrigin?: string | undefined
}

type Complete<T> = { readonly [Name in keyof T]-?: Exclude<T[Name], undefined> }

/** The options with every default filled in. */
export type ResolvedOptions<E extends Env> = Omit<
  Complete<ImageCdnOptions<E>>,
  'formats' | 'promote' | 'presets'
> & {
  readonly keepOriginal: (c: Context<E>) => boolean
  readonly formats: (c: Context<E>) => readonly PictureFormat[]
  readonly persist: (c: Context<E>) => boolean
  readonly presets: (c: Context<E>) => Readonly<Record<string, string>>
  readonly presetsOnly: (c: Context<E>) => boolean
  readonly promote: (c: Context<E>) => number
  readonly remote: (c: Context<E>) => RemoteSources | undefined
  readonly sources: (c: Context<E>) => Sources | undefined
  readonly signing: (c: Context<E>) => Signing | undefined
  readonly publicPath: (c: Context<E>) => string | undefined
}
