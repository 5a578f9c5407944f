import { createHash } from 'node:crypto'
import { appendFile, readFile } from 'node:fs/promises'
import { StrataError } from '../../core/errors.ts'
import { fileError, readInput } from '../../node/files.ts'

/** A record of finished inputs, so that the same command continues where it was stopped. */
export interface BatchManifest {
  /** Returns the result of an input that was finished earlier and has not changed since; else undefined. */
  find(input: string, fingerprint: string): unknown
  add(input: string, fingerprint: string, result: unknown): Promise<void>
}

interface Line {
  readonly input: string
  readonly fingerprint: string
  readonly result: unknown
}

/**
 * Opens or creates a manifest: one line of JSON for each finished input, appended when it is finished. A last line that was
 * cut off when the program was killed is ignored.
 * @throws StrataError FILE_FAILED when the file is not a manifest
 */
export async function openManifest(path: string): Promise<BatchManifest> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw fileError(path, error)
  })
  const done = new Map<string, Line>()
  const lines = text.split('\n')
  const unfinished = lines.pop() ?? ''
  for (const [i, text] of lines.entries()) {
    const line = parseLine(text)
    // A line that was cut off stays in the file; the next entry starts on a new line.
    if (line !== undefined) done.set(line.input, line)
    else if (i === 0)
      throw new StrataError('FILE_FAILED', `${path}: expected a manifest that strata wrote, got another file`)
  }
  let separator = unfinished === '' ? '' : '\n'
  return {
    find(input, fingerprint) {
      const line = done.get(input)
      return line?.fingerprint === fingerprint ? line.result : undefined
    },
    async add(input, fingerprint, result) {
      const line = `${separator}${JSON.stringify({ input, fingerprint, result } satisfies Line)}\n`
      separator = ''
      await appendFile(path, line).catch((error) => Promise.reject(fileError(path, error)))
    },
  }
}

/** Hash of a file and of the settings on which its result depends. @throws StrataError FILE_FAILED */
export async function fingerprintOf(path: string, settings: unknown): Promise<string> {
  const hash = createHash('sha256').update(await readInput(path))
  return hash.update(JSON.stringify(settings)).digest('hex')
}

function parseLine(text: string): Line | undefined {
  try {
    const line = JSON.parse(text) as Partial<Line> | null
    return typeof line?.input === 'string' && typeof line.fingerprint === 'string'
      ? (line as Line)
      : undefined
  } catch {
    return undefined
  }
}
