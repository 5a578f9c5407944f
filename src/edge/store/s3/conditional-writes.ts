import { StrataError } from '../../../core/errors.ts'
import { refusal, type S3Client } from './client.ts'

/** Object that is written to see whether conditions count. */
const PROBE = 'health/conditional-writes'
/** The condition does not hold, or another write of the object is under way. */
const HELD_BACK = [412, 409]
/** A condition that cannot hold: no content of the probe has this MD5. */
const OTHER_ETAG = '"00000000000000000000000000000000"'

/** Buckets of which this isolate knows that they take conditions. */
const proven = new Set<string>()

/**
 * Makes sure that the server does not write where a condition does not hold. A record tells which upload counts, so a
 * server that ignores conditions would let an upload that lost overwrite the one that won.
 * @throws StrataError STORAGE_FAILED that names the condition that the server ignores or does not know
 */
export async function requireConditionalWrites(client: S3Client): Promise<void> {
  if (proven.has(client.address)) return
  if (!HELD_BACK.includes(await write(client, 'If-None-Match', '*'))) {
    // There was no probe yet, or the server ignores the header.
    await expectHeldBack(client, 'If-None-Match', '*')
  }
  await expectHeldBack(client, 'If-Match', OTHER_ETAG)
  proven.add(client.address)
}

async function expectHeldBack(client: S3Client, header: string, value: string): Promise<void> {
  if (!HELD_BACK.includes(await write(client, header, value))) throw unsupported(`one that ignores ${header}`)
}

/** @returns the status: of a write that was made, or held back */
async function write(client: S3Client, header: string, value: string): Promise<number> {
  const call = { method: 'PUT', key: PROBE, headers: { [header]: value }, body: 'probe' } as const
  const answer = await client.send(call)
  const { status } = answer
  if (status === 501) throw unsupported(`one that does not know ${header} (501 ${answer.code})`)
  if (status !== 200 && !HELD_BACK.includes(status)) throw refusal(call, '200 or 412', answer)
  return status
}

function unsupported(got: string): StrataError {
  const expected = 'an S3 server with conditional writes (If-None-Match and If-Match of PutObject)'
  return new StrataError('STORAGE_FAILED', `bucket: expected ${expected}, got ${got}`)
}
