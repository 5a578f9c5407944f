import { readdir } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { StrataError } from '../../core/errors.ts'
import { fileError, isDirectory } from '../../node/files.ts'

const EXTENSIONS = ['.avif', '.gif', '.jpeg', '.jpg', '.png', '.tif', '.tiff', '.webp']

export interface PictureFile {
  readonly path: string
  /** The path below the folder that was named, or the file's own name; without its extension. */
  readonly name: string
}

/**
 * The pictures that a command line names: a file as it is, whatever it is called; of a folder all files below it with
 * the extension of a picture, hidden ones aside, in the order of their names. No file twice.
 * @throws StrataError FILE_FAILED, also for a folder without a picture
 */
export async function findPictures(inputs: readonly string[]): Promise<PictureFile[]> {
  const found = new Map<string, PictureFile>()
  for (const input of inputs) {
    const folder = await isDirectory(input)
    const paths = folder ? await walk(input, '') : [basename(input)]
    if (paths.length === 0) {
      const expected = EXTENSIONS.map((extension) => extension.slice(1)).join(', ')
      throw new StrataError(
        'FILE_FAILED',
        `${input}: expected pictures in the folder (${expected}), found none`,
      )
    }
    for (const relative of paths) {
      const path = folder ? join(input, relative) : input
      const name = relative.slice(0, relative.length - extname(relative).length)
      if (!found.has(path)) found.set(path, { path, name })
    }
  }
  return [...found.values()]
}

async function walk(root: string, below: string): Promise<string[]> {
  const entries = await readdir(join(root, below), { withFileTypes: true }).catch((error) =>
    Promise.reject(fileError(join(root, below), error)),
  )
  const paths: string[] = []
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(below, entry.name)
    if (entry.name.startsWith('.')) continue
    if (entry.isDirectory()) paths.push(...(await walk(root, path)))
    else if (EXTENSIONS.includes(extname(entry.name).toLowerCase())) paths.push(path)
  }
  return paths
}
