import { StrataError } from '../core/errors.ts'
import { EXIT, type Result } from './command.ts'
import type { Io } from './io.ts'

interface Failure {
  readonly input: string
  readonly error: { readonly code: string; readonly message: string }
}

/**
 * Works through several inputs; one that fails does not stop the others. The result is ok when all went well,
 * failed when none did, and partial otherwise. Mistakes in the command line end it at once.
 */
export async function runBatch(
  inputs: readonly string[],
  io: Io,
  work: (input: string) => Promise<{ readonly json: unknown; readonly text: string }>,
): Promise<Result> {
  const files: unknown[] = []
  const failed: Failure[] = []
  const lines: string[] = []
  for (const [i, input] of inputs.entries()) {
    io.progress(`${i + 1}/${inputs.length} ${input}`)
    try {
      const { json, text } = await work(input)
      files.push(json)
      lines.push(text)
    } catch (error) {
      if (!(error instanceof StrataError) || inputs.length === 1) throw error
      failed.push({ input, error: { code: error.code, message: error.message } })
      io.err(`strata: ${error.message.startsWith(input) ? '' : `${input}: `}${error.message}\n`)
    }
  }
  const exitCode = failed.length === 0 ? EXIT.ok : files.length === 0 ? EXIT.failed : EXIT.partial
  return { json: { files, failed }, text: lines.join('\n'), exitCode }
}
