import { basename } from 'node:path'
import type { SheetArgs } from '../../cli/commands/bench/sheet-args.ts'
import type { Io } from '../../cli/io.ts'
import { writeOutput } from '../../node/files.ts'
import { pictureEncoder } from '../../node/picture-writer.ts'
import { makeSheet, type SheetOptions, type SheetPicture } from './sheet.ts'

/**
 * Draws a sheet of the first pictures into the file that was named.
 * @throws StrataError FILE_FAILED, INPUT_*
 */
export async function writeSheet(
  paths: readonly string[],
  { path, pictures: count, ...options }: SheetArgs & SheetOptions,
  io: Pick<Io, 'progress'>,
): Promise<{ readonly path: string; readonly pictures: readonly SheetPicture[] }> {
  const drawn = paths.slice(0, count)
  const { image, pictures } = await makeSheet(drawn, {
    ...options,
    progress: (i, codec) => io.progress(`sheet ${i + 1}/${drawn.length} ${basename(drawn[i]!)} ${codec}`),
  })
  await writeOutput(path, await pictureEncoder(path)(image))
  return { path, pictures }
}
