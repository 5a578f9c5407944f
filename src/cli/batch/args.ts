import type { ArgsDef } from 'citty'
import { parseInteger } from '../command.ts'
import type { BatchOptions } from './batch.ts'
import { fingerprintOf, openManifest } from './manifest.ts'

/** Options of the commands that take a folder of pictures. */
export const BATCH_ARGS = {
  concurrency: { type: 'string', description: 'Pictures worked on at once', valueHint: 'n' },
  manifest: {
    type: 'string',
    description: 'File that remembers what is done; the same command then goes on where it was stopped',
    valueHint: 'file',
  },
} as const satisfies ArgsDef

/**
 * @param settings everything that the result of an input depends on besides its bytes
 * @throws StrataError USAGE, FILE_FAILED
 */
export async function batchOptions(
  args: { readonly concurrency?: string | undefined; readonly manifest?: string | undefined },
  defaultConcurrency: number,
  settings: (input: string) => Promise<unknown>,
): Promise<BatchOptions> {
  const concurrency = parseInteger('concurrency', args.concurrency ?? String(defaultConcurrency), 1, 64)
  if (args.manifest === undefined) return { concurrency }
  const manifest = await openManifest(args.manifest)
  return { concurrency, manifest, fingerprint: async (input) => fingerprintOf(input, await settings(input)) }
}
