import { StrataError } from '../../core/errors.ts'
import { type BucketSource, SOURCE_NAME, type Sources } from './source-options.ts'

/** What the text of `parseSources` cannot say itself. */
interface SourceSurroundings {
  /** The bucket that is bound under a name. */
  readonly bucket: (name: string) => unknown
  /** Further hosts that websites may redirect to. */
  readonly hosts?: readonly string[]
  /** Whether a website may be on this machine. */
  readonly loopback?: boolean
}

const ENTRY = /^([^=]*)=([^?]*)(?:\?revalidate=(\d+))?$/

/**
 * Reads sources from one text, such as an environment variable: `name=place`, separated by spaces, lines or commas. A place
 * is an address that starts with `https://`, a bucket binding with an optional prefix (`r2:MEDIA/photos/`), or a folder's
 * file server (`folder:http://127.0.0.1:8789/`). `?revalidate=60` after it gives the seconds.
 * @throws StrataError OPTION_INVALID that quotes the entry
 */
export function parseSources(text: string, surroundings: SourceSurroundings): Sources {
  const sources: Record<string, Sources[string]> = {}
  for (const entry of text.split(/[\s,]+/).filter((part) => part !== '')) {
    const [, name = '', place = '', seconds] = ENTRY.exec(entry) ?? []
    if (!SOURCE_NAME.test(name) || place === '')
      throw invalid('expected name=https://host/path/ or name=r2:BINDING/prefix', entry)
    if (Object.hasOwn(sources, name)) throw invalid(`expected different names, got ${name} twice`, entry)
    const revalidate = seconds === undefined ? {} : { revalidate: Number(seconds) }
    sources[name] = { ...readPlace(place, entry, surroundings), ...revalidate }
  }
  return sources
}

function readPlace(place: string, entry: string, { bucket, hosts, loopback }: SourceSurroundings) {
  if (place.startsWith('folder:')) return { folder: place.slice('folder:'.length) }
  const [, binding, prefix] = /^r2:([A-Za-z_]\w*)(?:\/(.*))?$/.exec(place) ?? []
  if (binding !== undefined) {
    const bound = bucket(binding)
    if (typeof (bound as { get?: unknown } | undefined)?.get !== 'function')
      throw invalid(`expected an R2 bucket bound as ${binding}; see [[r2_buckets]] in wrangler.toml`, entry)
    const folder = prefix && !prefix.endsWith('/') ? `${prefix}/` : prefix
    return { bucket: bound as BucketSource['bucket'], ...(folder && { prefix: folder }) }
  }
  if (!/^https?:\/\//.test(place))
    throw invalid('expected name=https://host/path/ or name=r2:BINDING/prefix', entry)
  return { url: place, ...(hosts && { hosts }), ...(loopback && { loopback }) }
}

function invalid(expected: string, entry: string): StrataError {
  return new StrataError('OPTION_INVALID', `SOURCES: ${expected}, got ${JSON.stringify(entry.slice(0, 200))}`)
}
