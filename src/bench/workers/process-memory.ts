import { writeFile } from 'node:fs/promises'
import { StrataError } from '../../core/errors.ts'
import { readProcessStatus } from '../process-status.ts'
import { ownRuntimes } from './process-cpu.ts'

/** Value that resets the peak resident size (proc(5), `clear_refs`). */
const FORGET_PEAK = '5'

/** Resident memory of the Workers' runtime that this process started, in bytes. */
interface RuntimeMemory {
  readonly now: number
  /** Peak since the last call. */
  readonly peak: number
}

/**
 * Reads the memory of the runtime and resets its peak.
 * @throws StrataError FILE_FAILED when there is not exactly one runtime, or no /proc
 */
export async function runtimeMemory(): Promise<RuntimeMemory> {
  const ids = await ownRuntimes().catch(() => [])
  if (ids.length !== 1)
    throw new StrataError('FILE_FAILED', `/proc: expected one workerd of this process, got ${ids.length}`)
  const field = await readProcessStatus(ids[0]!)
  await writeFile(`/proc/${ids[0]}/clear_refs`, FORGET_PEAK)
  return { now: 1024 * (field('VmRSS') || 0), peak: 1024 * (field('VmHWM') || 0) }
}
