import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { StrataError } from '../core/errors.ts'

/**
 * Runs this program with these arguments in a process of its own, with a garbage collector that can be called, and reads the
 * JSON that it prints.
 * @param program path of dist/cli/main.js
 * @throws StrataError INTERNAL when it fails
 */
export async function measureInChild(program: string, argv: readonly string[]): Promise<unknown> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--expose-gc',
      program,
      ...argv,
      '--json',
    ])
    return JSON.parse(stdout)
  } catch (cause) {
    const { stderr = '' } = cause as { stderr?: string }
    throw new StrataError('INTERNAL', `the measuring process failed: ${stderr.trim()}`, { cause })
  }
}
