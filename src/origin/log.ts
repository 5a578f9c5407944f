/** Writes one event as a line of JSON: time, event, then the fields. */
export type Log = (event: string, fields?: Readonly<Record<string, unknown>>) => void

/** A log that writes to `write`, for example stderr. Fields must hold no secrets; query strings are not logged. */
export function createLog(write: (line: string) => void, now: () => Date = () => new Date()): Log {
  return (event, fields = {}) => write(`${JSON.stringify({ time: now().toISOString(), event, ...fields })}\n`)
}

export const silentLog: Log = () => {}
