import { hex } from '../core/bytes.ts'
import { sha256 } from '../core/hash.ts'
import { readHeader, wholeLayers } from '../format/reader.ts'
import type { LayerInfo } from '../format/types.ts'

/** Bytes of one step of the progressive placeholder code. */
const PLACEHOLDER_STEP_BYTES = 16

/** What the edge answers at `/img/:id.json`, and what `strata info --json` prints of a local file. */
export interface FileDescription {
  readonly format: 'strata'
  readonly modelSet: string
  readonly bytes: number
  readonly source: { readonly width: number; readonly height: number; readonly sha256: string }
  readonly layers: readonly Pick<LayerInfo, 'index' | 'width' | 'height' | 'quality' | 'start' | 'end'>[]
  readonly placeholder: { readonly steps: number; readonly base64: string; readonly dataUri: string | null }
  /** The ETag of the whole file at an edge; null for a prefix, which does not know the hash of the whole. */
  readonly etag: string | null
  /** `ready`: all layers are there. `truncated`: only the first `wholeLayers`. */
  readonly state: 'ready' | 'truncated'
  readonly wholeLayers: number
}

/** Describes a .strata file or a prefix of one. Throws what readHeader throws. */
export async function describeFile(bytes: Uint8Array): Promise<FileDescription> {
  const header = readHeader(bytes)
  const whole = wholeLayers(header, bytes.length)
  const complete = whole === header.layers.length
  const hash = hex((await sha256(bytes)).subarray(0, 16))
  const { placeholder } = header
  return {
    format: 'strata',
    modelSet: header.modelSet,
    bytes: bytes.length,
    source: header.source,
    layers: header.layers.map(({ index, width, height, quality, start, end }) => {
      return { index, width, height, quality, start, end }
    }),
    placeholder: {
      steps: Math.floor(placeholder.length / PLACEHOLDER_STEP_BYTES),
      base64: Buffer.from(placeholder).toString('base64'),
      dataUri: null,
    },
    etag: complete ? `"${hash}.${whole - 1}"` : null,
    state: complete ? 'ready' : 'truncated',
    wholeLayers: whole,
  }
}

/** The same for people. */
export function formatDescription(file: FileDescription, symbols?: readonly string[]): string {
  const { source, layers } = file
  const lines = [
    `${file.format}, ${file.bytes} bytes, ${file.state}, model set ${file.modelSet}`,
    `source ${source.width}x${source.height}, sha256 ${source.sha256}…`,
    ...layers.map(({ index, width, height, quality, start, end }) => {
      const state = index < file.wholeLayers ? '' : '  not in this file'
      const hash = symbols?.[index] === undefined ? '' : `  ${symbols[index]}`
      return `layer ${index}  ${width}x${height}  quality ${quality}  bytes ${start}..${end} (${end - start})${hash}${state}`
    }),
  ]
  return lines.join('\n')
}
