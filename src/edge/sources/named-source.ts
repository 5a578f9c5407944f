import { StrataError } from '../../core/errors.ts'
import { bucketSource } from './bucket-source.ts'
import { httpSource } from './http-source.ts'
import type { PictureSource } from './picture-source.ts'
import type { Sources } from './source-options.ts'

/** A source of the options, and how its pictures stay fresh. */
export interface NamedSource {
  readonly name: string
  readonly reader: PictureSource
  /** Seconds. */
  readonly revalidate: number
  /** Whether the source is asked before the answer, and a changed picture shown before it is encoded. */
  readonly isImmediate: boolean
}

const DAY_S = 86_400
const FOLDER_REVALIDATE_S = 1
/** The server of a folder is on this machine. */
const FOLDER_TIMEOUT_MS = 10_000

/** @throws StrataError NOT_FOUND for a name that the options do not have */
export function requireSource(name: string, sources: Sources | undefined): NamedSource {
  const source = sources !== undefined && Object.hasOwn(sources, name) ? sources[name] : undefined
  if (source === undefined)
    throw new StrataError('NOT_FOUND', `source: expected the name of a source, got ${name.slice(0, 64)}`)
  if ('folder' in source) {
    const { folder: url, revalidate = FOLDER_REVALIDATE_S } = source
    const reader = httpSource(name, { url, timeoutMs: FOLDER_TIMEOUT_MS })
    return { name, reader, revalidate, isImmediate: true }
  }
  const { revalidate = DAY_S } = source
  const reader = 'bucket' in source ? bucketSource(name, source) : httpSource(name, source)
  return { name, reader, revalidate, isImmediate: false }
}
