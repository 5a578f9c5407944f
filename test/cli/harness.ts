import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Io } from '../../src/cli/io.ts'
import { run } from '../../src/cli/run.ts'
import { readHeader } from '../../src/format/reader.ts'
import type { FileCodec } from '../../src/node/file-codec.ts'
import { fakeEncode } from '../origin/fixtures.ts'

/** Stands in for the codec: layers decode to plain grey of their size. */
export const fakeCodec: FileCodec = {
  prepare: async () => {},
  encode: fakeEncode,
  encodeUnverified: fakeEncode,
  async decode(bytes, { layer }) {
    const { width, height } = readHeader(bytes).layers[layer]!
    return { width, height, data: new Uint8Array(3 * width * height).fill(128) }
  },
  preview: async () => undefined,
  symbols: async (bytes) => readHeader(bytes).layers.map(({ index }) => `symbols-${index}`),
}

export interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
  /** stdout as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests compare it with what they expect
  json(): any
}

/** Runs a command line in this process. */
export async function strata(argv: readonly string[], io: Partial<Io> = {}): Promise<Outcome> {
  const printed = { out: '', err: '' }
  const code = await run(argv, {
    env: {},
    out: (text) => {
      printed.out += text
    },
    err: (text) => {
      printed.err += text
    },
    progress: () => {},
    note: () => {},
    codec: async () => fakeCodec,
    stopSignal: () => new AbortController().signal,
    ...io,
  })
  return { code, ...printed, json: () => JSON.parse(printed.out) }
}

/** A folder that is gone after the test, with these files in it. */
export async function folder(files: Readonly<Record<string, Uint8Array | string>> = {}): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'strata-test-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content)
  return path
}
