import { hex } from '../bytes.ts'
import { hmacSha256 } from '../hmac.ts'

/**
 * Headers by which the edge signs an encode request to the origin: HMAC-SHA256 over the time, the query and the hash of
 * the body. Only the hash of the body is signed, so an original can stream from the bucket to the origin.
 */
export const ENCODE_SIGNATURE = {
  /** Seconds since 1970. */
  timestamp: 'Strata-Timestamp',
  /** SHA-256 of the body, 64 hexadecimal digits. */
  content: 'Strata-Content-SHA256',
  /** `v1=` and 64 hexadecimal digits. */
  signature: 'Strata-Signature',
} as const

/** How long a signature is valid, in seconds; also the largest difference between two clocks. */
export const SIGNATURE_WINDOW_S = 300

interface EncodeRequestFacts {
  readonly timestamp: string
  /** The query of the URL, question mark included. The path is not signed, because a proxy may change it. */
  readonly search: string
  readonly contentSha256: string
}

/** The value of the signature header. */
export async function signEncodeRequest(key: string, facts: EncodeRequestFacts): Promise<string> {
  const { timestamp, search, contentSha256 } = facts
  return `v1=${hex(await hmacSha256(key, `${timestamp}\n${search}\n${contentSha256}`))}`
}
