import { randomUUID } from 'node:crypto'

export const REQUEST_ID = 'X-Request-Id'

/** The id under which a request appears in the log: the caller's, where it sent a plain one. */
export function requestIdOf(sent: string | undefined): string {
  return sent !== undefined && /^[\w-]{1,128}$/.test(sent) ? sent : randomUUID()
}
