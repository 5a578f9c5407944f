import { basename } from 'node:path'
import { makeSheet, type SheetOptions, type SheetPicture } from './bench/sheet.ts'
import { pictureEncoder } from './decode-file.ts'
import { writeOutput } from './files.ts'
import type { Io } from './io.ts'
import type { SheetArgs } from './sheet-args.ts'

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
