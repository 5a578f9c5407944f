import type { Size } from '../../core/box.ts'
/**
 * `strata bench memory`: memory of one transcode to JPEG, each measured in a process of its own.
 * @module
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StrataError } from '../../core/errors.ts'
import { sha256 } from '../../core/hash.ts'
import { ladderFor } from '../../format/ladder.ts'
import { SOURCE_HASH_BYTES } from '../../format/layout.ts'
import type { FileCodec } from '../../node/file-codec.ts'
import { resizeLanczos } from '../../node/ingest/ingest.ts'
import { measureInChild } from '../child.ts'
import { samplePicture } from '../pictures/sample.ts'
import type { MemoryUse } from './probe.ts'

/** Sizes that are measured. The last is ten times as high as the second: memory must not grow with the height. */
export const MEMORY_SIZES: readonly Size[] = [
  { width: 1280, height: 853 },
  { width: 1920, height: 1280 },
  { width: 3840, height: 2560 },
  { width: 1920, height: 12800 },
]

/** Measures one file in a separate process. */
type MemoryProbe = (path: string) => Promise<MemoryUse>

/** Encodes a drawn picture of each size in this process, and transcodes each file in a new one. */
export async function measureMemory(
  sizes: readonly Size[],
  options: {
    readonly codec: Pick<FileCodec, 'encodeUnverified'>
    readonly probe: MemoryProbe
    readonly progress?: (text: string) => void
  },
): Promise<MemoryUse[]> {
  const { codec, probe, progress } = options
  const folder = await mkdtemp(join(tmpdir(), 'strata-memory-'))
  try {
    const uses: MemoryUse[] = []
    for (const { width, height } of sizes) {
      progress?.(`${width}x${height}: encoding`)
      const image = samplePicture(width, height)
      const file = await codec.encodeUnverified(image, {
        ladder: ladderFor(width),
        sha256: (await sha256(image.data)).subarray(0, SOURCE_HASH_BYTES),
        resize: resizeLanczos,
      })
      const path = join(folder, `${width}x${height}.strata`)
      await writeFile(path, file)
      progress?.(`${width}x${height}: transcoding`)
      uses.push(await probe(path))
    }
    return uses
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A probe that runs `strata bench memory --file` of this program with a garbage collector that can be called. */
export function childProbe(program: string): MemoryProbe {
  return async (path) => {
    const report = await measureInChild(program, ['bench', 'memory', '--file', path])
    const [use] = (report as { readonly pictures: readonly MemoryUse[] }).pictures
    if (use) return use
    throw new StrataError('INTERNAL', 'the measuring process measured nothing')
  }
}
