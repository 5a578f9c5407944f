import { basename } from 'node:path'
import { writeOutput } from '../../node/files.ts'
import { pictureEncoder } from '../../node/picture-writer.ts'
import { makeSheet, type SheetOptions, type SheetPicture } from './sheet.ts'

interface SheetRequest extends Omit<SheetOptions, 'progress'> {
  /** Path of the PNG. */
  readonly path: string
  /** Number of pictures to draw, starting with the first. */
  readonly pictures: number
  readonly progress: (text: string) => void
}

/** Draws a sheet of the first pictures into a file. @throws StrataError FILE_FAILED, INPUT_* */
export async function writeSheet(
  paths: readonly string[],
  { path, pictures: count, progress, ...options }: SheetRequest,
): Promise<{ readonly path: string; readonly pictures: readonly SheetPicture[] }> {
  const drawn = paths.slice(0, count)
  const { image, pictures } = await makeSheet(drawn, {
    ...options,
    progress: (i, codec) => progress(`sheet ${i + 1}/${drawn.length} ${basename(drawn[i]!)} ${codec}`),
  })
  await writeOutput(path, await pictureEncoder(path)(image))
  return { path, pictures }
}
