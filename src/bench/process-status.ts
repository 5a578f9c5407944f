import { readFile } from 'node:fs/promises'

/**
 * Reads `/proc/PID/status` (proc_pid_status(5)).
 * @returns the number of a field, sizes in kilobytes; NaN when the field is missing or the process has ended
 */
export async function readProcessStatus(pid: number | string): Promise<(field: string) => number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return (field) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1])
}
