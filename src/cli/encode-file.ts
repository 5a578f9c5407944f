import { mkdir } from 'node:fs/promises'
import { basename, extname, join, resolve } from 'node:path'
import { readHeader } from '../format/reader.ts'
import { type EncodeParameters, type EncodePicture, encodeOriginal } from '../origin/encode.ts'
import { usage } from './command.ts'
import { fileError, isDirectory, readInput, writeOutput } from './files.ts'

/**
 * Where each input goes: to `output` itself, or into it as NAME.strata when it is a folder, ends in a slash, or when
 * there are several inputs.
 * @throws StrataError USAGE when two would go to the same file or one onto an input
 */
export async function planOutputs(inputs: readonly string[], output: string): Promise<Map<string, string>> {
  const intoFolder = inputs.length > 1 || output.endsWith('/') || (await isDirectory(output))
  const targets = new Map<string, string>()
  const taken = new Map<string, string>(inputs.map((input) => [resolve(input), input]))
  for (const input of new Set(inputs)) {
    const target = intoFolder ? join(output, `${basename(input, extname(input))}.strata`) : output
    const other = taken.get(resolve(target))
    if (other !== undefined)
      throw usage(`${input} would overwrite ${other === input ? 'itself' : `${other} in ${target}`}`)
    taken.set(resolve(target), input)
    targets.set(input, target)
  }
  if (intoFolder)
    await mkdir(output, { recursive: true }).catch((error) => Promise.reject(fileError(output, error)))
  return targets
}

export interface EncodedFile {
  readonly input: string
  readonly output: string
  readonly bytes: number
  readonly seconds: number
  readonly source: { readonly width: number; readonly height: number }
  readonly layers: readonly {
    readonly width: number
    readonly height: number
    readonly quality: number
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
    layers: layers.map(({ width, height, quality, end }) => ({ width, height, quality, end })),
  }
}
