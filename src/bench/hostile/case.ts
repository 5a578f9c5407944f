import { NO_MODEL_SET } from '../../format/coding.ts'
import { layerHeight } from '../../format/ladder.ts'
import { type ForgedFile, type ForgedLayer, putTogether } from '../forged/forge.ts'

/** A file or a request that an attacker could make, or both. */
export interface HostileCase {
  readonly name: string
  readonly file: () => Promise<Uint8Array>
  /** Fields of the transcoder's query (wire.ts) that replace those that fit the file. */
  readonly query?: Readonly<Record<string, string>>
  /** Whether it keeps to all limits, so that its pixels are decoded and cost their time. */
  readonly isWork?: boolean
  /** Whether it is also requested at the edge. @default true */
  readonly isStored?: boolean
}

export const QUALITY = 60

const ANY_HASH = '00112233445566778899aabbccddeeff'

/** A file of COMPASS layers, whose sizes need not fit the source. */
export function compassFile(
  modelSet: string,
  layers: readonly ForgedLayer[],
  change: Partial<ForgedFile> = {},
): Uint8Array {
  return putTogether(forged(modelSet, layers, change))
}

/** A file of pictures. */
export function pictureFile(layers: readonly ForgedLayer[], change: Partial<ForgedFile> = {}): Uint8Array {
  return putTogether(forged(NO_MODEL_SET, layers, change))
}

function forged(modelSet: string, layers: readonly ForgedLayer[], change: Partial<ForgedFile>): ForgedFile {
  const top = layers.at(-1) ?? { width: 1, height: 1 }
  const { sourceWidth = top.width, sourceHeight = top.height } = change
  const heightOf = ({ width }: ForgedLayer) => layerHeight(width, sourceWidth, sourceHeight)
  return {
    ...{ sourceWidth, sourceHeight, sha256: ANY_HASH, modelSet, placeholder: new Uint8Array(16) },
    layers: layers.map((layer) => ({ ...layer, height: heightOf(layer) })),
    ...change,
  }
}
