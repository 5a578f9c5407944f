import type { ArgsDef } from 'citty'
import { SAMPLE_HEIGHT, SAMPLE_WIDTH, samplePicture } from '../../../bench/pictures/sample.ts'
import type { RgbImage } from '../../../core/image.ts'
import { readInput } from '../../../node/files.ts'
import { readPicture } from '../../../node/ingest.ts'
import { parseInteger } from '../../command.ts'

/** Options of the benchmarks that time work on one picture. */
export const TIMING_ARGS = {
  picture: {
    type: 'string',
    description: 'A picture (default: a drawn one of 1920x1280)',
    valueHint: 'file',
  },
  samples: { type: 'string', default: '7', description: 'Rounds; medians are given', valueHint: 'n' },
} as const satisfies ArgsDef

/** @throws StrataError USAGE */
export function parseSamples(text: string): number {
  return parseInteger('samples', text, 1, 1000)
}

/** The drawn one without a path. @throws StrataError FILE_FAILED, INPUT_* */
export async function openPicture(path: string | undefined): Promise<RgbImage> {
  return path === undefined
    ? samplePicture(SAMPLE_WIDTH, SAMPLE_HEIGHT)
    : await readPicture(await readInput(path))
}
