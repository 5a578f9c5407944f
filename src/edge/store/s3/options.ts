import { StrataError } from '../../../core/errors.ts'

/** Where a bucket is, and the key that may read, list, write and delete in it. */
export interface S3StoreOptions {
  /**
   * The server, such as `https://s3.eu-central-1.amazonaws.com`. The bucket's name is put behind it as a folder, or
   * where it says `{bucket}`, as in `https://{bucket}.s3.eu-central-1.amazonaws.com`.
   */
  readonly endpoint: string
  readonly bucket: string
  /** As signatures name it: `auto` for R2, `us-east-1` for most servers that know no regions. */
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /**
   * What all keys begin with, such as `strata/`.
   * @default ''
   */
  readonly prefix?: string | undefined
  /**
   * Milliseconds that the server may take for an answer, or between two parts of one. An upload gets six times as many
   * after its last byte.
   * @default 10000
   */
  readonly timeoutMs?: number | undefined
}

/** Options with the defaults filled in. */
export interface ResolvedS3Options extends S3StoreOptions {
  readonly prefix: string
  readonly timeoutMs: number
}

/** AWS: 3 to 63; other servers allow a little more, and none a slash. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/
/** What stands between the slashes of a signature's scope. */
const SCOPE = /^[!-.0-~]+$/
const PREFIX = /^([A-Za-z0-9!_.*'()-]+\/)*[A-Za-z0-9!_.*'()-]*$/
const DOTS = /(^|\/)\.{1,2}(\/|$)/

/**
 * @param nameOf how the user calls an option; the default names that of `s3Store`
 * @throws StrataError OPTION_INVALID that names the option, what is expected and what came, but no secret
 */
export function checkS3Options(
  options: S3StoreOptions,
  nameOf: (option: keyof S3StoreOptions) => string = (option) => `s3Store option ${option}`,
): ResolvedS3Options {
  const { prefix = '', timeoutMs = 10_000 } = options
  const resolved = { ...options, prefix, timeoutMs }
  function require(option: keyof S3StoreOptions, expected: string, isValid: boolean): void {
    if (isValid) return
    const got = describe(option, resolved[option])
    throw new StrataError('OPTION_INVALID', `${nameOf(option)}: expected ${expected}, got ${got}`)
  }
  const { endpoint, bucket, region, accessKeyId, secretAccessKey } = resolved
  require('endpoint', 'an http or https URL such as https://s3.eu-central-1.amazonaws.com', isEndpoint(
    endpoint,
  ))
  require('bucket', 'the name of a bucket', isText(bucket) && BUCKET.test(bucket))
  require('region', 'a region such as eu-central-1', isText(region) && SCOPE.test(region))
  require('accessKeyId', 'the id of an access key', isText(accessKeyId) && SCOPE.test(accessKeyId))
  require('secretAccessKey', 'the secret of the access key', isText(secretAccessKey) &&
    secretAccessKey !== '')
  require('prefix', 'folders such as strata/', isText(prefix) && PREFIX.test(prefix) && !DOTS.test(prefix))
  require('timeoutMs', 'an integer from 1 to 600000', Number.isInteger(timeoutMs) &&
    timeoutMs >= 1 &&
    timeoutMs <= 600_000)
  return resolved
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

/** Whether it is a URL without credentials, query and fragment. */
function isEndpoint(text: unknown): boolean {
  if (!isText(text) || !/^https?:\/\/[^?#@]+$/.test(text)) return false
  try {
    return !/[{}]/.test(new URL(text.replace('{bucket}', 'bucket')).host)
  } catch {
    return false
  }
}

function describe(option: string, value: unknown): string {
  if (value === undefined || value === '') return 'nothing'
  if (/key/i.test(option)) return 'something else'
  return isText(value) ? JSON.stringify(value) : String(value)
}
