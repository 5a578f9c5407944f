import { createHash } from 'node:crypto'
import { extname } from 'node:path'
import type { PictureFile } from './batch/picture-files.ts'
import { usage } from './command.ts'

/** Longest image id, in characters of `A-Z a-z 0-9 _ -`. */
const MAX_LENGTH = 128
/** Between a folder and what is in it. */
const FOLDER = '--'
/** Hexadecimal digits of the hash in the ids of names that an id cannot represent. */
const HASH_DIGITS = 8

/**
 * Paths that an id can spell: folders become two dashes, the dot of the extension one, and nothing else is replaced. So no two
 * such paths share an id.
 */
const EXACT = /^(?:\w+(?:-\w+)*\/)*\w+(?:-\w+)*\.[A-Za-z0-9]+$/

/**
 * The id of a picture. It depends only on the path relative to the given folder, or on the name of a given file, so that
 * adding a file never changes the id of another, and different paths have different ids. The extension is part of it:
 * `beach/cat.jpg` gives `beach--cat-jpg`. Of a path with other characters than letters, digits, `_` and single dashes,
 * accents are removed, the others become dashes, and the start of its SHA-256 is added: `my cat.jpg` gives
 * `my-cat-4e003780-jpg`, `東京.png` gives `1d6f7df8-png`.
 */
export function imageIdOf(path: string): string {
  const whole = path.normalize('NFC').replaceAll('\\', '/')
  const extension = extname(whole)
  const folders = whole.slice(0, whole.length - extension.length).split('/')
  const stem = folders.map(plain).filter(Boolean).join(FOLDER)
  const ending = plain(extension)
  const id = `${stem}-${ending}`
  if (EXACT.test(whole) && id.length <= MAX_LENGTH) return id
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, HASH_DIGITS)
  const tail = [hash, ending.slice(0, 16)].filter((part) => part !== '').join('-')
  const head = stem.slice(0, MAX_LENGTH - tail.length - 1).replace(/-+$/, '')
  return head === '' ? tail : `${head}-${tail}`
}

/** Ids of pictures, by path. @throws StrataError USAGE that names two files with the same id */
export function imageIds(pictures: readonly PictureFile[]): Map<string, string> {
  const paths = new Map<string, string>()
  for (const { path, name } of pictures) {
    const id = imageIdOf(name + extname(path))
    const other = paths.get(id)
    if (other !== undefined) {
      throw usage(
        `${other} and ${path} would both get the id ${id}; rename one, or upload it alone with --id`,
      )
    }
    paths.set(id, path)
  }
  return new Map([...paths].map(([id, path]) => [path, id]))
}

/** Removes accents, and replaces each run of other characters by one dash, except at the ends. */
function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\w-]+/g, '-')
    .replace(/^-+|-+$/g, '')
}
