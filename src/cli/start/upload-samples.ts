import { StrataError } from '../../core/errors.ts'
import { putImage, reencodeImage, type Upload, type UploadTarget, waitUntilReady } from '../upload-file.ts'
import { SAMPLES } from './samples.ts'

/**
 * Uploads the sample pictures that are not stored yet for this model set. A sample that fails is reported and does no harm.
 * @returns once all are uploaded; `done` resolves when they are encoded as well
 */
export async function uploadSamples(
  target: UploadTarget,
  modelSet: string,
  print: (line: string) => void,
): Promise<{ readonly done: Promise<void> }> {
  const uploads: Upload[] = []
  for (const { id, make } of SAMPLES) {
    const upload = { id, bytes: await make() }
    const stored = await storedSet(upload, target)
    if (stored === modelSet) continue
    try {
      // The same bytes again would change nothing, so a file of a dead model set is renewed.
      if (stored !== undefined) await reencodeImage(id, target)
      else await putImage(upload, target)
      uploads.push(upload)
    } catch (error) {
      if (target.signal?.aborted) break
      print(describeFailure(id, error))
    }
  }
  return { done: report(uploads, target, print) }
}

/** The model set of the stored file of these bytes, if there is one. */
async function storedSet(upload: Upload, target: UploadTarget): Promise<string | undefined> {
  try {
    return (await waitUntilReady(upload, { ...target, timeoutMs: -1 })).modelSet
  } catch {
    return undefined
  }
}

async function report(
  uploads: readonly Upload[],
  target: UploadTarget,
  print: (line: string) => void,
): Promise<void> {
  for (const upload of uploads) {
    try {
      await waitUntilReady(upload, target)
      print(`sample ${upload.id} is ready`)
    } catch (error) {
      if (target.signal?.aborted) return
      print(describeFailure(upload.id, error))
    }
  }
}

function describeFailure(id: string, error: unknown): string {
  return `sample ${id} failed: ${error instanceof StrataError ? error.message : String(error)}`
}
