import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeOutput } from '../../node/files.ts'
import type { StoredPicture } from './pictures.ts'

/**
 * Encoded pictures in a folder that keeps them from one run to the next, because encoding takes longer than measuring.
 */
export class KeptPictures {
  readonly #folder: string | undefined

  /** @param folder created if missing; undefined keeps nothing */
  constructor(folder: string | undefined) {
    this.#folder = folder
  }

  /** Returns the picture kept under this name, else makes and keeps it. @throws as `make`; FILE_FAILED */
  async get(name: string, make: () => Promise<StoredPicture>): Promise<StoredPicture> {
    if (this.#folder === undefined) return await make()
    const path = join(this.#folder, `${name}.json`)
    const text = await readFile(path, 'utf8').catch(() => undefined)
    if (text !== undefined) return parse(text)
    const picture = await make()
    await mkdir(this.#folder, { recursive: true })
    await writeOutput(path, new TextEncoder().encode(format(picture)))
    return picture
  }
}

interface Kept extends Pick<StoredPicture, 'id' | 'width' | 'height' | 'placeholder'> {
  /** The .strata file in base64, like all files here. */
  readonly strata: string
  readonly avif: readonly (readonly [width: number, file: string])[]
}

function format({ strata, avif, ...rest }: StoredPicture): string {
  const kept: Kept = {
    ...rest,
    strata: toBase64(strata),
    avif: [...avif].map(([width, file]) => [width, toBase64(file)]),
  }
  return JSON.stringify(kept)
}

function parse(text: string): StoredPicture {
  const { strata, avif, ...rest } = JSON.parse(text) as Kept
  return {
    ...rest,
    strata: fromBase64(strata),
    avif: new Map(avif.map(([width, file]) => [width, fromBase64(file)])),
  }
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'))
}
