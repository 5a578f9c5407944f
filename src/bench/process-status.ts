import { readFile } from 'node:fs/promises'

/**
 * Reads `/proc/PID/status` (proc_pid_status(5)).
 * @returns the number of a field, sizes in kilobytes; NaN where there is no such field, or no such process any more
 */
export async function readProcessStatus(pid: number | string): Promise<(field: string) => number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return (field) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1])
}
