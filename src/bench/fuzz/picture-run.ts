import { decodeLayer } from '../../codec/compass/decoder/decode.ts'
import { readHeader } from '../../format/reader.ts'
import { sniffFormat } from '../../format/sniff.ts'
import type { Runtime } from '../../runtime/types.ts'
import type { Random } from '../random.ts'
import type { FuzzFault } from '../report-faults.ts'
import { type FuzzReport, runCases } from './loop.ts'
import { PICTURE_CASES } from './picture-cases.ts'
import type { PictureReader } from './picture-readers.ts'
import { readEverything } from './read-everything.ts'

/** Runs the cases of `cases` seeds from `seed` on over files whose layers are pictures; a failure does not end it. */
export async function runPictureFuzz(options: {
  readonly cases: number
  readonly seed: number
  /** Valid files (picture-files.ts); the last one is animated. */
  readonly files: readonly Uint8Array[]
  readonly readers: readonly PictureReader[]
  /** Runtime of the COMPASS decoder, which must refuse all these files. */
  readonly runtime: Runtime
  readonly progress?: ((done: number) => void) | undefined
  /** Called for each failure when it is found. */
  readonly onFault?: ((fault: FuzzFault) => void) | undefined
}): Promise<FuzzReport> {
  const { files, readers, runtime } = options
  // Warm up, so that every reader has loaded its code before the first case. Errors are ignored here, because the cases
  // will show them.
  for (const file of files)
    for (const reader of readers) await readLayers(file, reader).catch(() => undefined)
  const kinds = Object.entries(PICTURE_CASES).map(
    ([name, make]) => [name, (random: Random) => make(random, files)] as const,
  )
  return await runCases(options, {
    kinds: Object.fromEntries(kinds),
    parts: [
      readEverything,
      (file) => refusedByCompass(file, runtime),
      ...readers.map((reader) => (file: Uint8Array) => readLayers(file, reader)),
    ],
    allowed: ['INPUT_CORRUPT', 'INPUT_UNSUPPORTED'],
  })
}

async function refusedByCompass(file: Uint8Array, runtime: Runtime): Promise<void> {
  await decodeLayer(file, { runtime })
  throw new Error('the COMPASS decoder took a file of pictures')
}

/** Reads all whole layers; the first refused layer determines the outcome. */
async function readLayers(file: Uint8Array, reader: PictureReader): Promise<void> {
  for (const layer of readHeader(file).layers) {
    const { size, sent } = await reader.read(file, layer)
    if (size && (size.width !== layer.width || size.height !== layer.height)) {
      throw new Error(
        `${reader.name}: expected ${layer.width}x${layer.height}, got ${size.width}x${size.height}`,
      )
    }
    const format = sent && sniffFormat(sent.body)
    if (sent && sent.type !== `image/${format}`) {
      throw new Error(`${reader.name}: sends ${format ?? 'what is no picture'} as ${sent.type}`)
    }
  }
}
