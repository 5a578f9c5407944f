import { NO_MODEL_SET } from '../../format/coding.ts'
import { describeHeader, type HeaderDescription } from '../../format/describe.ts'
import { readHeader, wholeLayers } from '../../format/reader.ts'
import { fileHash, prefixEtag } from '../../format/version.ts'

/** The JSON that the edge answers at `/img/:id.json` and `strata info --json` prints for a local file. */
interface FileDescription extends HeaderDescription {
  readonly bytes: number
  /** The ETag of the whole file at an edge; null for a prefix, which does not know the hash of the whole. */
  readonly etag: string | null
  /** `ready`: all layers are there. `truncated`: only the first `wholeLayers`. */
  readonly state: 'ready' | 'truncated'
  readonly wholeLayers: number
}

/**
 * Describes a .strata file or a prefix of one.
 * @param preview makes the placeholder's data URI; called only when the header holds a placeholder
 * @throws StrataError as readHeader
 */
export async function describeFile(
  bytes: Uint8Array,
  preview: (bytes: Uint8Array) => Promise<string | undefined> = async () => undefined,
): Promise<FileDescription> {
  const header = readHeader(bytes)
  const whole = wholeLayers(header, bytes.length)
  const complete = whole === header.layers.length
  return {
    ...describeHeader(header, header.placeholder.length > 0 ? ((await preview(bytes)) ?? null) : null),
    bytes: bytes.length,
    etag: complete ? prefixEtag(await fileHash(bytes), whole - 1) : null,
    state: complete ? 'ready' : 'truncated',
    wholeLayers: whole,
  }
}

/** Formats the description as text for people. */
export function formatDescription(file: FileDescription, symbols?: readonly string[]): string {
  const { source, layers } = file
  const lines = [
    `${file.format}, ${file.bytes} bytes, ${file.state}, ${file.modelSet === NO_MODEL_SET ? 'no model set' : `model set ${file.modelSet}`}`,
    `source ${source.width}x${source.height}, sha256 ${source.sha256}…`,
    ...(file.placeholder.steps > 0 ? [`placeholder ${file.placeholder.steps} steps`] : []),
    ...layers.map(({ index, coding, width, height, quality, score, alpha, lossless, start, end }) => {
      const state = index < file.wholeLayers ? '' : '  not in this file'
      const look = score === undefined ? '' : `  SSIMULACRA2 ${score}`
      const hash = symbols?.[index] === undefined ? '' : `  ${symbols[index]}`
      const traits = `${coding}${lossless ? ', lossless' : ''}${alpha ? ', alpha' : ''}`
      const kind = coding === 'compass' ? '' : `  ${traits}`
      return `layer ${index}  ${width}x${height}${kind}  quality ${quality}${look}  bytes ${start}..${end} (${end - start})${hash}${state}`
    }),
  ]
  return lines.join('\n')
}
