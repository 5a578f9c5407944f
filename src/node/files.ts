import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StrataError } from '../core/errors.ts'

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on the device',
  ENOTDIR: 'not a directory',
  EROFS: 'the file system is read-only',
}

/** @throws StrataError FILE_FAILED */
export async function readInput(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (error) {
    throw fileError(path, error)
  }
}

/**
 * Writes a whole file or nothing: into a new file beside it, which then takes its name. A reader, a crash or a full
 * disk never leaves half a file under the name. Devices and pipes are written to as they are.
 * @throws StrataError FILE_FAILED
 */
export async function writeOutput(path: string, bytes: Uint8Array): Promise<void> {
  try {
    const target = await realpath(path).catch(() => path) // through a symbolic link, which stays one
    const existing = await stat(target).catch(() => undefined)
    if (existing && !existing.isFile()) return await writeFile(target, bytes)
    const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`)
    try {
      await writeFile(temporary, bytes, { flag: 'wx', mode: existing?.mode ?? 0o666 })
      await rename(temporary, target)
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
  } catch (error) {
    throw fileError(path, error)
  }
}

export async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}

export function fileError(path: string, cause: unknown): StrataError {
  const { code = '', message = String(cause) } = cause as NodeJS.ErrnoException
  return new StrataError('FILE_FAILED', `${path}: ${REASONS[code] ?? message}`, { cause })
}

/** The folder of this package, built or not: where package.json, the wrangler files and the models lie. */
export function packageRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder
    if (dirname(folder) === folder) throw new StrataError('INTERNAL', 'this program lies outside its package')
  }
}
