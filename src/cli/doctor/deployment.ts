import { randomBytes } from 'node:crypto'
import { deleteImage } from '../edge-images.ts'
import type { Info, UploadTarget } from '../edge-request.ts'
import type { SigningKey } from '../signing-key.ts'
import { putImage, waitUntilReady } from '../upload-file.ts'
import { attempt, type Check, expect } from './check.ts'
import { ask, DeploymentReader } from './deployment-reader.ts'
import { checkReading } from './deployment-reads.ts'
import { probePicture } from './probe-picture.ts'
import { checkPromotion } from './promotion-check.ts'

/**
 * Checks a deployment from outside, as an uploader and a browser use it: uploads a small picture, reads it in every way,
 * and deletes it. Never throws: a check that cannot be made has failed.
 * @param key signing key, needed when the deployment answers only signed URLs
 */
export async function checkDeployment(target: UploadTarget, key?: SigningKey): Promise<Check[]> {
  const checks: Check[] = [
    await attempt(
      'health',
      () => checkHealth(target),
      'give the address where the plugin is mounted, such as https://host/cdn; bind a bucket',
    ),
  ]
  if (!checks[0]?.ok) return checks
  checks.push(
    await attempt(
      'uploads guarded',
      () => checkGuard(target),
      'unset STRATA_ENV=development on anything but your own machine, and set UPLOAD_TOKEN',
    ),
  )
  const id = `strata-doctor-${randomBytes(6).toString('hex')}`
  // The following reads need COMPASS layers, whatever coding would be chosen for this picture.
  const probe = { id, bytes: probePicture(), parameters: { coding: 'compass' } }
  let info: Info | undefined
  checks.push(
    await attempt(
      'upload',
      async () => {
        const state = await putImage(probe, target)
        return `accepted, ${state}`
      },
      "give the deployment's UPLOAD_TOKEN by --token; `wrangler secret put UPLOAD_TOKEN` where none is set",
    ),
  )
  if (!checks.at(-1)?.ok) return checks
  const start = performance.now()
  checks.push(
    await attempt(
      'encode',
      async () => {
        info = await waitUntilReady(probe, target)
        return `ready after ${((performance.now() - start) / 1000).toFixed(1)} s`
      },
      'let ORIGIN_URL reach a running `strata serve`, give both sides the same ORIGIN_TOKEN and ORIGIN_KEY, give the queue its consumer',
    ),
  )
  if (info !== undefined) {
    checks.push(...(await checkReading(new DeploymentReader(target, key), id, info)))
    checks.push(await checkPromotion(target, id, info))
  }
  await deleteImage(id, target).catch(() => undefined)
  return checks
}

interface Health {
  readonly status?: unknown
  readonly transcoder?: unknown
}

async function checkHealth({ base }: UploadTarget): Promise<string> {
  const response = await ask(`${base}/health`)
  const body = (await response.json().catch(() => undefined)) as Health | undefined
  // The check of the transcoder reports what fails without it.
  if (body?.transcoder === 'failed') return 'the bucket answers, the transcoder does not work'
  expect(
    response.status === 200 && body?.status === 'ok',
    `expected 200 and status ok, got ${response.status}`,
  )
  return 'the bucket answers'
}

async function checkGuard({ base }: UploadTarget): Promise<string> {
  const response = await ask(`${base}/img/strata-doctor`, { method: 'DELETE' })
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(new URL(base).hostname)
  if (local && response.status !== 401) return 'open to everyone, on this machine'
  expect(response.status === 401, `expected 401 for a DELETE without a token, got ${response.status}`)
  return 'a token is asked for'
}
