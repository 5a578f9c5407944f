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

interface FoundPictures {
  readonly pictures: readonly PictureFile[]
  /** Paths of the other files below the folders, hidden ones aside. */
  readonly ignored: readonly string[]
}

/**
 * The pictures that a command line names: a file as it is, whatever it is called; of a folder all files below it with
 * the extension of a picture, hidden ones aside, in the order of their names. No file twice.
 * @throws StrataError FILE_FAILED, also for a folder without a picture
 */
export async function findPictures(inputs: readonly string[]): Promise<FoundPictures> {
  const found = new Map<string, PictureFile>()
  const ignored = new Set<string>()
  for (const input of inputs) {
    const folder = await isDirectory(input)
    const files = folder ? await walk(input, '') : [basename(input)]
    const paths = folder ? files.filter(isPicture) : files
    if (folder) for (const path of files) if (!isPicture(path)) ignored.add(join(input, path))
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

function isPicture(path: string): boolean {
  return EXTENSIONS.includes(extname(path).toLowerCase())
}

/** Paths of all files below a folder, hidden ones aside, relative to `root`. */
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
