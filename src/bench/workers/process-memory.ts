import { readFile, writeFile } from 'node:fs/promises'
import { StrataError } from '../../core/errors.ts'
import { ownRuntimes } from './process-cpu.ts'

/** What the kernel takes as: forget the highest resident size (proc(5), `clear_refs`). */
const FORGET_PEAK = '5'

/** Resident memory of the Workers' runtime that this process started, in bytes. */
interface RuntimeMemory {
  readonly now: number
  /** The most since the last call. */
  readonly peak: number
}

/**
 * Reads the memory of the runtime, and lets its highest mark begin anew.
 * @throws StrataError FILE_FAILED where there is not one runtime, or no /proc that tells
 */
export async function runtimeMemory(): Promise<RuntimeMemory> {
  const ids = await ownRuntimes().catch(() => [])
  if (ids.length !== 1)
    throw new StrataError('FILE_FAILED', `/proc: expected one workerd of this process, got ${ids.length}`)
  const status = await readFile(`/proc/${ids[0]}/status`, 'utf8')
  await writeFile(`/proc/${ids[0]}/clear_refs`, FORGET_PEAK)
  const field = (name: string) => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
  return { now: field('VmRSS'), peak: field('VmHWM') }
}
