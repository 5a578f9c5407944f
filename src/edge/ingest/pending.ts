import { RETRY_AFTER_S } from '../errors.ts'

/** Headers of every answer that speaks of an upload which is not encoded yet. */
export const PENDING_HEADERS = { 'Cache-Control': 'no-store', 'Retry-After': String(RETRY_AFTER_S) }
