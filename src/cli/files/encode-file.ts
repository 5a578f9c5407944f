/**
 * src/cli/files holds the operations of commands on one local file or picture: encode, describe, thumbnail, placeholder.
 * @module
 */

import { mkdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Coding } from '../../format/coding.ts'
import { readHeader } from '../../format/reader.ts'
import { type EncodeParameters, type EncodePicture, encodeOriginal } from '../../node/encode.ts'
import { fileError, isDirectory, readInput, writeOutput } from '../../node/files.ts'
import type { PictureFile } from '../batch/picture-files.ts'
import { usage } from '../command.ts'

/**
 * Chooses the output path of each picture, by its path: `output` itself, or NAME.strata in `output` when that is a folder,
 * ends in a slash, or there are several pictures. Pictures of a folder keep their subfolders.
 * @throws StrataError USAGE when two pictures would have the same output or one would overwrite an input
 */
export async function planOutputs(
  pictures: readonly PictureFile[],
  output: string,
  options: { readonly intoFolder?: boolean } = {},
): Promise<Map<string, string>> {
  const intoFolder =
    options.intoFolder || pictures.length > 1 || output.endsWith('/') || (await isDirectory(output))
  const targets = new Map<string, string>()
  const taken = new Map<string, string>(pictures.map(({ path }) => [resolve(path), path]))
  for (const { path, name } of pictures) {
    const target = intoFolder ? join(output, `${name}.strata`) : output
    const other = taken.get(resolve(target))
    if (other !== undefined)
      throw usage(`${path} would overwrite ${other === path ? 'itself' : `${other} in ${target}`}`)
    taken.set(resolve(target), path)
    targets.set(path, target)
  }
  if (!intoFolder) return targets
  for (const folder of new Set([...targets.values()].map((target) => dirname(target))))
    await mkdir(folder, { recursive: true }).catch((error) => Promise.reject(fileError(folder, error)))
  return targets
}

interface EncodedFile {
  readonly input: string
  readonly output: string
  readonly bytes: number
  readonly seconds: number
  readonly source: { readonly width: number; readonly height: number }
  readonly layers: readonly {
    readonly coding: Coding
    readonly width: number
    readonly height: number
    readonly quality: number
    readonly score?: number
    readonly end: number
  }[]
}

export async function encodeFile(
  input: string,
  output: string,
  options: { readonly parameters: EncodeParameters; readonly encode: EncodePicture },
): Promise<EncodedFile> {
  const start = performance.now()
  const original = await readInput(input)
  const file = await encodeOriginal(original, options.parameters, { encode: options.encode })
  await writeOutput(output, file)
  const { source, layers } = readHeader(file)
  return {
    input,
    output,
    bytes: file.length,
    seconds: Number(((performance.now() - start) / 1000).toFixed(2)),
    source: { width: source.width, height: source.height },
    layers: layers.map(({ coding, width, height, quality, score, end }) => {
      return { coding, width, height, quality, ...(score > 0 ? { score } : {}), end }
    }),
  }
}
