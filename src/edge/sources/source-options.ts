import { StrataError } from '../../core/errors.ts'
import { checkRemoteSources, parseUrl } from './allow-list.ts'
import { isLoopbackHost, isPublicHost } from './public-host.ts'

interface Freshness {
  /**
   * Seconds after which the source is asked whether a picture has changed, behind the answer to the next request for it.
   * @default 86400 (a day); of a folder 1, and before the answer
   */
  readonly revalidate?: number | undefined
}

/** Pictures behind a website. */
export interface HttpSource extends Freshness {
  /** What stands before the paths of the pictures, such as `https://www.example.com/media/`. */
  readonly url: string
  /**
   * Further hosts that the website may redirect to, as in option `remote`. To its own host it always may.
   * @default none
   */
  readonly hosts?: readonly string[] | undefined
  /** Milliseconds for redirects, headers and all bytes together. @default 30000 */
  readonly timeoutMs?: number | undefined
  /**
   * Whether `url` may be a server on this machine, over http. For development; never derive it from a request.
   * @default false
   */
  readonly loopback?: boolean | undefined
}

/** One object of a bucket. R2 has it, and so has every store with these few fields. */
export interface SourceObject {
  /** Without quotes. */
  readonly etag: string
  /** Bytes. */
  readonly size: number
  readonly httpMetadata?: { readonly contentType?: string } | undefined
  /** Missing where the condition did not hold. */
  readonly body?: ReadableStream<Uint8Array> | undefined
}

/** A bucket, as far as it is read. */
interface SourceBucketReader {
  get(
    key: string,
    options: { readonly onlyIf?: { readonly etagDoesNotMatch: string } },
  ): Promise<SourceObject | null>
}

/** Pictures in a bucket, which is only read. */
export interface BucketSource extends Freshness {
  readonly bucket: SourceBucketReader
  /** What stands before the paths in the keys, such as `photos/`. @default '' */
  readonly prefix?: string | undefined
}

/**
 * Pictures of a folder on this machine, which `strata start DIR` serves to the edge. A picture that has changed is shown at
 * once, and not only when it is encoded.
 */
export interface FolderSource extends Freshness {
  /** Address of the file server, on this machine. */
  readonly folder: string
}

/** Sources that pictures are pulled from, by the name that stands in the URL: 1 to 64 of `A-Z a-z 0-9 _ -`. */
export type Sources = Readonly<Record<string, HttpSource | BucketSource | FolderSource>>

export const SOURCE_NAME = /^[A-Za-z0-9_-]{1,64}$/
const YEAR_S = 31_536_000
const FIELDS = {
  url: ['url', 'hosts', 'timeoutMs', 'loopback', 'revalidate'],
  bucket: ['bucket', 'prefix', 'revalidate'],
  folder: ['folder', 'revalidate'],
} as const

/** Checks the option. @throws StrataError OPTION_INVALID that names source and field */
export function checkSources(sources: Sources): void {
  if (typeof sources !== 'object' || sources === null)
    throw invalid(`expected sources by name, got ${String(sources)}`)
  for (const [name, source] of Object.entries(sources)) {
    if (!SOURCE_NAME.test(name))
      throw invalid(`expected names of 1 to 64 letters, digits, - or _, got ${JSON.stringify(name)}`)
    checkSource(name, source)
  }
}

function checkSource(name: string, source: Sources[string]): void {
  const given = typeof source === 'object' && source !== null ? Object.keys(source) : []
  const kind = (['url', 'bucket', 'folder'] as const).find((field) => given.includes(field))
  if (kind === undefined) throw invalid(`${name}: expected { url }, { bucket } or { folder }`)
  const unknown = given.find((field) => !FIELDS[kind].some((known) => known === field))
  if (unknown !== undefined)
    throw invalid(`${name}: expected fields of ${FIELDS[kind].join(', ')}, got ${unknown}`)
  const { revalidate } = source
  const isTime = Number.isInteger(revalidate) && Number(revalidate) >= 0 && Number(revalidate) <= YEAR_S
  if (revalidate !== undefined && !isTime)
    throw invalid(`${name}.revalidate: expected seconds from 0 to ${YEAR_S}, got ${String(revalidate)}`)
  if ('url' in source) checkHttp(name, source)
  else if ('folder' in source) checkPrefix(`${name}.folder`, source.folder, 'this machine', isLocal)
  else checkBucket(name, source)
}

function checkHttp(name: string, { url, hosts = [], timeoutMs, loopback = false }: HttpSource): void {
  if (typeof loopback !== 'boolean')
    throw invalid(`${name}.loopback: expected true or false, got ${String(loopback)}`)
  const where = loopback ? 'a public host over https, or this machine' : 'a public host over https'
  const isAllowed = (prefix: URL) =>
    (loopback && isLocal(prefix)) || (prefix.protocol === 'https:' && isPublicHost(prefix.hostname))
  checkPrefix(`${name}.url`, url, where, isAllowed)
  try {
    checkRemoteSources({ hosts, ...(timeoutMs !== undefined && { timeoutMs }) })
  } catch (error) {
    throw invalid(`${name}: ${error instanceof Error ? error.message.replace(/^.*? remote: /, '') : error}`)
  }
}

function checkPrefix(field: string, text: string, where: string, isAllowed: (prefix: URL) => boolean): void {
  const url = typeof text === 'string' ? parseUrl(text) : undefined
  const isPlain = url && !url.username && !url.password && !url.search && !url.hash
  if (!isPlain || !isAllowed(url)) {
    // A password in an address must not reach the log.
    const got = url ? `${url.protocol}//${url.host}${url.pathname}` : String(text)
    throw invalid(`${field}: expected the address of ${where}, without user, query and hash, got ${got}`)
  }
}

function checkBucket(name: string, { bucket, prefix = '' }: BucketSource): void {
  if (typeof bucket?.get !== 'function')
    throw invalid(`${name}.bucket: expected a bucket, got ${bucket === null ? 'null' : typeof bucket}`)
  if (typeof prefix !== 'string' || prefix.startsWith('/') || prefix.length > 120)
    throw invalid(
      `${name}.prefix: expected at most 120 characters without a leading slash, got ${String(prefix)}`,
    )
}

function isLocal({ protocol, hostname }: URL): boolean {
  return /^https?:$/.test(protocol) && isLoopbackHost(hostname)
}

function invalid(message: string): StrataError {
  return new StrataError('OPTION_INVALID', `imageCdn option sources: ${message}`)
}
