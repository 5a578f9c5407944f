import { EventEmitter } from 'node:events'
import { type FSWatcher, watch } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { relative, sep } from 'node:path'
import { StrataError } from '../../core/errors.ts'
import { isDirectory } from '../../node/files.ts'
import { findPictures } from '../batch/picture-files.ts'

/**
 * Milliseconds without a change before listeners are called: files are often written in several steps, and many at
 * once.
 */
const SETTLE_MS = 200
/** Milliseconds between two listings of a folder that cannot be watched. */
const LOOK_MS = 5000

/** The pictures of a folder and its subfolders, watched for changes. */
export class PictureFolder {
  /** Absolute, without links. */
  readonly root: string
  readonly #events = new EventEmitter()
  #paths: Promise<readonly string[]>
  #watcher: FSWatcher | undefined
  #timer: NodeJS.Timeout | undefined

  private constructor(root: string, paths: readonly string[]) {
    this.root = root
    this.#paths = Promise.resolve(paths)
    // One listener for each of its users.
    this.#events.setMaxListeners(0)
    this.#watch()
  }

  /** @throws StrataError FILE_FAILED for a folder that is missing or holds no picture */
  static async open(path: string): Promise<PictureFolder> {
    if (!(await isDirectory(path)))
      throw new StrataError('FILE_FAILED', `${path}: expected a folder of pictures, found none`)
    const { pictures } = await findPictures([path])
    const paths = pictures.map((picture) => urlPath(relative(path, picture.path)))
    return new PictureFolder(await realpath(path), paths)
  }

  /** Paths below the folder, with slashes, in the order of their names. */
  list(): Promise<readonly string[]> {
    return this.#paths
  }

  /** Calls back after files have come, gone or changed. @returns stops */
  onChange(listener: () => void): () => void {
    this.#events.on('change', listener)
    return () => void this.#events.off('change', listener)
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#watcher?.close()
    this.#events.removeAllListeners()
  }

  #watch(): void {
    try {
      this.#watcher = watch(this.root, { recursive: true, persistent: false }, () => this.#renew(SETTLE_MS))
      this.#watcher.once('error', () => this.#look())
    } catch {
      this.#look()
    }
  }

  /** Polls the folder when the system cannot watch it. */
  #look(): void {
    this.#watcher?.close()
    this.#watcher = undefined
    this.#renew(LOOK_MS)
  }

  #renew(milliseconds: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      // A watched folder may become empty; its pictures may come back.
      this.#paths = findPictures([this.root]).then(
        ({ pictures }) => pictures.map(({ path }) => urlPath(relative(this.root, path))),
        () => [],
      )
      this.#events.emit('change')
      if (this.#watcher === undefined) this.#look()
    }, milliseconds)
    this.#timer.unref()
  }
}

function urlPath(path: string): string {
  return path.split(sep).join('/')
}
