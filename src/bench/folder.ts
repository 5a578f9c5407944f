import { readdir } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { StrataError } from '../core/errors.ts'
import { fileError } from '../node/files.ts'

const EXTENSIONS: readonly string[] = ['.avif', '.jpeg', '.jpg', '.png', '.tif', '.tiff', '.webp']

/** The pictures of a folder, by name. @throws StrataError FILE_FAILED */
export async function listPictures(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error) => Promise.reject(fileError(folder, error)))
  const pictures = names.filter((name) => EXTENSIONS.includes(extname(name).toLowerCase())).sort()
  if (pictures.length === 0)
    throw new StrataError(
      'FILE_FAILED',
      `${folder}: expected pictures (${EXTENSIONS.map((extension) => extension.slice(1)).join(', ')}), found none`,
    )
  return pictures.map((name) => join(folder, name))
}
