import { randomBytes } from 'node:crypto'
import { StrataError } from '../core/errors.ts'
import { openModelFolder } from '../runtime/model-files.ts'
import type { Check } from './checks.ts'
import { probePicture } from './probe-picture.ts'
import {
  deleteImage,
  type Info,
  imageUrl,
  putImage,
  type UploadTarget,
  waitUntilReady,
} from './upload-file.ts'

const NATIVE = 'image/vnd.strata'

/**
 * Looks at a deployment from outside, as a browser and an uploader see it: puts a small picture in, reads it in every
 * way, and removes it. Never throws: what cannot be looked at is a check that failed.
 */
export async function checkDeployment(target: UploadTarget): Promise<Check[]> {
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
  const probe = { id, bytes: await probePicture() }
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
  if (info !== undefined) checks.push(...(await checkReading(target, id, info)))
  await deleteImage(id, target).catch(() => undefined)
  return checks
}

async function checkReading(target: UploadTarget, id: string, info: Info): Promise<Check[]> {
  const url = imageUrl(target, id)
  return [
    await attempt(
      'models',
      () => checkModelSet(info),
      'deploy edge, transcoder and origin from the same version',
    ),
    await attempt(
      'native',
      () => checkNative(url),
      'let nothing before the Worker change bodies or drop Range',
    ),
    await attempt(
      'transcode',
      () => checkTranscode(url),
      'deploy the transcoder Worker and bind it as TRANSCODER',
    ),
    await attempt(
      'cache',
      () => checkCache(url),
      'use a domain of your own: the Cache API does nothing on workers.dev',
    ),
    await attempt(
      'hints',
      () => checkHints(url),
      'do not set option hints to off, let no proxy remove Sec-CH-* headers',
    ),
  ]
}

async function checkHealth({ base }: UploadTarget): Promise<string> {
  const response = await ask(`${base}/health`)
  const body = (await response.json().catch(() => undefined)) as { status?: unknown } | undefined
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

async function checkModelSet({ modelSet }: Info): Promise<string> {
  const { manifest } = await openModelFolder()
  expect(
    modelSet === manifest.modelSet,
    `the origin encodes for set ${modelSet}, installed here is ${manifest.modelSet}`,
  )
  return `set ${modelSet}`
}

async function checkNative(url: string): Promise<string> {
  const whole = await ask(`${url}?f=native`)
  const bytes = new Uint8Array(await whole.arrayBuffer())
  expect(
    whole.headers.get('Content-Type') === NATIVE,
    `expected ${NATIVE}, got ${whole.headers.get('Content-Type')}`,
  )
  const part = await ask(`${url}?f=native`, { headers: { Range: 'bytes=4-11' } })
  const same = Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(4, 12))
  expect(part.status === 206 && same, `expected 206 with bytes 4 to 11, got ${part.status}`)
  const again = await ask(`${url}?f=native`, {
    headers: { 'If-None-Match': whole.headers.get('ETag') ?? '' },
  })
  expect(again.status === 304, `expected 304 for the same ETag, got ${again.status}`)
  return `${bytes.length} bytes; ranges and ETags work`
}

async function checkTranscode(url: string): Promise<string> {
  const response = await ask(`${url}?w=64`, { headers: { Accept: 'image/*' } })
  if (response.status !== 200) throw await answered(response)
  const bytes = new Uint8Array(await response.arrayBuffer())
  expect(
    bytes[0] === 0xff && bytes[1] === 0xd8,
    `expected a JPEG, got ${response.headers.get('Content-Type')}`,
  )
  return `${bytes.length} bytes of JPEG, ${response.headers.get('Strata-Plan')}`
}

async function checkCache(url: string): Promise<string> {
  const timings: string[] = []
  for (let i = 0; i < 3; i++) {
    const response = await ask(`${url}?w=64`, { headers: { Accept: 'image/*' } })
    await response.arrayBuffer()
    const timing = response.headers.get('Server-Timing') ?? ''
    if (/cache;desc="hit"/.test(timing)) return 'a second request is a hit'
    timings.push(timing)
  }
  throw new Error(`expected a hit, got ${timings.at(-1) || 'no Server-Timing'}`)
}

async function checkHints(url: string): Promise<string> {
  const response = await ask(url, { headers: { Accept: 'image/*', 'Sec-CH-Width': '64', 'Sec-CH-DPR': '1' } })
  await response.arrayBuffer()
  const vary = response.headers.get('Vary') ?? ''
  expect(/sec-ch-width/i.test(vary), `expected Vary to name Sec-CH-Width, got ${JSON.stringify(vary)}`)
  return `${response.headers.get('Strata-Plan')}`
}

async function ask(url: string, init: RequestInit = {}): Promise<Response> {
  return await fetch(url, { ...init, signal: AbortSignal.timeout(30_000) }).catch((cause) => {
    throw new StrataError('ORIGIN_FAILED', `${new URL(url).origin} does not answer`, { cause })
  })
}

async function answered(response: Response): Promise<Error> {
  const body = (await response.json().catch(() => undefined)) as
    | { error?: { code?: string; message?: string } }
    | undefined
  return new Error(`got ${response.status} ${body?.error?.code ?? ''} ${body?.error?.message ?? ''}`.trim())
}

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}

async function attempt(name: string, work: () => Promise<string>, remedy: string): Promise<Check> {
  try {
    return { name, ok: true, detail: await work() }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { name, ok: false, detail: `${reason} (to do: ${remedy})` }
  }
}
