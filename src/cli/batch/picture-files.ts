import { readdir } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { StrataError } from '../../core/errors.ts'
import { fileError, isDirectory } from '../../node/files.ts'

const EXTENSIONS = ['.avif', '.gif', '.jpeg', '.jpg', '.png', '.tif', '.tiff', '.webp']

export interface PictureFile {
  readonly path: string
  /** Path relative to the given folder, or the name of a given file; without extension. */
  readonly name: string
}

interface FoundPictures {
  readonly pictures: readonly PictureFile[]
  /** Paths of all other files in the folders, without hidden ones. */
  readonly ignored: readonly string[]
}

/**
 * Finds the pictures of a command line. A file is taken whatever its name is. Of a folder and its subfolders, all files
 * with the extension of a picture are taken, in the order of their names, without hidden ones. No file is listed twice.
 * @throws StrataError FILE_FAILED; also when a folder has no picture
 */
export async function findPictures(inputs: readonly string[]): Promise<FoundPictures> {
  const found = new Map<string, PictureFile>()
  const ignored = new Set<string>()
  for (const input of inputs) {
    const folder = await isDirectory(input)
    const files = folder ? await walk(input, '') : [basename(input)]
    const paths = folder ? files.filter(isPictureName) : files
    if (folder) for (const path of files) if (!isPictureName(path)) ignored.add(join(input, path))
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
  return { pictures: [...found.values()], ignored: [...ignored] }
}

/** Whether a file's name ends like that of a picture. */
export function isPictureName(path: string): boolean {
  return EXTENSIONS.includes(extname(path).toLowerCase())
}

/** Lists the paths of all files in a folder and its subfolders, relative to `root`, without hidden ones. */
async function walk(root: string, below: string): Promise<string[]> {
  const entries = await readdir(join(root, below), { withFileTypes: true }).catch((error) =>
    Promise.reject(fileError(join(root, below), error)),
  )
  const paths: string[] = []
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(below, entry.name)
    if (entry.name.startsWith('.')) continue
    if (entry.isDirectory()) paths.push(...(await walk(root, path)))
    else paths.push(path)
  }
  return paths
}
