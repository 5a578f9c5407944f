import { StrataError } from '../../core/errors.ts'
import { isDecodedBy } from '../../format/coding.ts'
import type { Info, UploadTarget } from '../edge-request.ts'
import { putImage, reencodeImage, waitFor } from '../upload-file.ts'
import { SAMPLES, type Sample } from './samples.ts'
import { storedInfo } from './stored-info.ts'

interface SampleOptions {
  /** Installed model set. Samples of another model set are encoded again. */
  readonly modelSet: string
  /** Shows a line to people. */
  readonly print: (line: string) => void
  /** Called for each sample once it is encoded. */
  readonly onReady: (sample: Sample) => void
}

/**
 * Paints and uploads the sample pictures that are not stored yet, and waits until all samples are encoded. A sample that
 * fails is reported and does not stop the others. Never rejects.
 */
export async function uploadSamples(target: UploadTarget, options: SampleOptions): Promise<void> {
  const requested: Sample[] = []
  const attempt = async (sample: Sample, work: () => Promise<unknown>) => {
    try {
      await work()
      return true
    } catch (error) {
      const reason = error instanceof StrataError ? error.message : String(error)
      if (!target.signal?.aborted) options.print(`sample ${sample.id} failed: ${reason}`)
      return false
    }
  }
  for (const sample of SAMPLES) {
    if (target.signal?.aborted) return
    if (await attempt(sample, () => request(sample, target, options.modelSet))) requested.push(sample)
  }
  for (const sample of requested) {
    const isCurrent = ({ modelSet }: Info) => isDecodedBy(modelSet, options.modelSet)
    if (await attempt(sample, () => waitFor(sample.id, target, isCurrent))) options.onReady(sample)
  }
}

/** Uploads a sample unless it is stored or being encoded. An image that a user stored under its id is kept. */
async function request({ id, make }: Sample, target: UploadTarget, modelSet: string): Promise<void> {
  const stored = await storedInfo(id, target)
  // The demo page shows COMPASS, whatever coding would be chosen for a painted scene.
  if (!stored) await putImage({ id, bytes: await make(), parameters: { coding: 'compass' } }, target)
  else if (stored.state === 'ready' && !isDecodedBy(stored.modelSet, modelSet))
    await reencodeImage(id, target)
}
