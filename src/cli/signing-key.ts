import { parseSigningKeys } from '../edge/access/sign.ts'
import { usage } from './command.ts'

/** Key id and secret, as `signUrl` takes them. */
export interface SigningKey {
  readonly kid: string
  readonly secret: string
}

/** Parses the first key of `kid:secret,…`, the value of `--key` or SIGNING_KEYS. @throws StrataError USAGE */
export function firstSigningKey(text: string): SigningKey {
  try {
    const [[kid, secret] = ['', '']] = Object.entries(parseSigningKeys(text))
    return { kid, secret }
  } catch (error) {
    throw usage(`--key: ${error instanceof Error ? error.message : error}`)
  }
}
