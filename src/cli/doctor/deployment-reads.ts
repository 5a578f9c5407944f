import { readErrorBody } from '../../core/error-body.ts'
import { STRATA_TYPE } from '../../format/media-type.ts'
import { openModelFolder } from '../../runtime/model-files.ts'
import type { Info } from '../edge-request.ts'
import { attempt, type Check, checked, expect } from './check.ts'
import type { DeploymentReader } from './deployment-reader.ts'

/** Checks that read the image, by name. */
const READS = ['native', 'transcode', 'headers', 'cache', 'hints'] as const

function remedyOfSignatures({ hasKey }: DeploymentReader): string {
  if (hasKey)
    return "give --key one of the Worker's SIGNING_KEYS; `wrangler secret put SIGNING_KEYS` where it has none"
  return "give one of the Worker's SIGNING_KEYS by --key kid:secret, or set SIGNING_KEYS here"
}

/** Reads a stored image in every way that browsers do. @param info of the image, from `/img/:id.json` */
export async function checkReading(reader: DeploymentReader, id: string, info: Info): Promise<Check[]> {
  const models = await attempt(
    'models',
    () => checkModelSet(info),
    'deploy edge, transcoder and origin from the same version',
  )
  const signatures = await attempt('signatures', () => reader.checkSignatures(id), remedyOfSignatures(reader))
  // When signed URLs are refused too, every other read would fail for this reason.
  if (!signatures.ok && !reader.canRead) {
    const detail = `not checked, because no image can be read: ${READS.join(', ')}`
    return [models, signatures, checked('reading', 'skipped', detail)]
  }
  return [
    models,
    signatures,
    await attempt(
      'native',
      () => checkNative(reader, id),
      'let nothing before the Worker change bodies or drop Range',
    ),
    await attempt(
      'transcode',
      () => checkTranscode(reader, id),
      'deploy the transcoder Worker and bind it as TRANSCODER',
    ),
    await attempt(
      'headers',
      () => checkHeaders(reader, id, info),
      'let nothing before the Worker replace Cache-Control, ETag or Vary, or compress images again',
    ),
    await attempt(
      'cache',
      () => checkCache(reader, id),
      'use a domain of your own: the Cache API does nothing on workers.dev',
    ),
    await attempt(
      'hints',
      () => checkHints(reader, id),
      'do not set option hints to off, let no proxy remove Sec-CH-* headers',
    ),
  ]
}

async function checkModelSet({ modelSet }: Info): Promise<string> {
  const { manifest } = await openModelFolder()
  expect(
    modelSet === manifest.modelSet,
    `the origin encodes for set ${modelSet}, installed here is ${manifest.modelSet}`,
  )
  return `set ${modelSet}`
}

async function checkNative(reader: DeploymentReader, id: string): Promise<string> {
  const whole = await reader.get(id, 'f=native')
  if (whole.status !== 200) throw await answered(whole)
  const bytes = new Uint8Array(await whole.arrayBuffer())
  const type = whole.headers.get('Content-Type')
  expect(type === STRATA_TYPE, `expected ${STRATA_TYPE}, got ${type}`)
  const part = await reader.get(id, 'f=native', { Range: 'bytes=4-11' })
  const same = Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(4, 12))
  expect(part.status === 206 && same, `expected 206 with bytes 4 to 11, got ${part.status}`)
  const again = await reader.get(id, 'f=native', { 'If-None-Match': whole.headers.get('ETag') ?? '' })
  expect(again.status === 304, `expected 304 for the same ETag, got ${again.status}`)
  return `${bytes.length} bytes; ranges and ETags work`
}

/** @throws Error that describes the response when its status is not 200 */
async function readJpeg(reader: DeploymentReader, name: string, query = 'w=64', headers = {}) {
  const response = await reader.get(name, query, { Accept: 'image/*', ...headers })
  if (response.status !== 200) throw await answered(response)
  return { headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) }
}

async function checkTranscode(reader: DeploymentReader, id: string): Promise<string> {
  const { headers, bytes } = await readJpeg(reader, id)
  expect(bytes[0] === 0xff && bytes[1] === 0xd8, `expected a JPEG, got ${headers.get('Content-Type')}`)
  const plan = headers.get('Strata-Plan') ?? ''
  expect(plan.startsWith('transcode'), `expected the edge to make the picture, but the origin did (${plan})`)
  return `${bytes.length} bytes of JPEG, ${headers.get('Strata-Plan')}`
}

/** Checks the headers on which browsers and caches in front depend. */
async function checkHeaders(reader: DeploymentReader, id: string, { etag = '' }: Info): Promise<string> {
  const { headers } = await readJpeg(reader, id)
  for (const [name, expected] of [
    ['Cache-Control', /^public, (max-age=\d+|no-cache)/],
    ['ETag', /^W\/"/],
    ['Vary', /\bAccept\b/i],
    ['X-Content-Type-Options', /^nosniff$/],
  ] as const) {
    const value = headers.get(name)
    expect(expected.test(value ?? ''), `expected ${name} to match ${expected}, got ${JSON.stringify(value)}`)
  }
  const again = await reader.get(id, 'w=64', { 'If-None-Match': headers.get('ETag') ?? '' })
  expect(again.status === 304, `expected 304 for the same ETag, got ${again.status}`)
  const version = await readJpeg(reader, `${id}@${etag.slice(1, 9)}`)
  const control = version.headers.get('Cache-Control') ?? ''
  expect(control.includes('immutable'), `expected id@hash to be immutable, got ${JSON.stringify(control)}`)
  return headers.get('Cache-Control') ?? ''
}

async function checkCache(reader: DeploymentReader, id: string): Promise<string> {
  let timing = ''
  for (let i = 0; i < 3; i++) {
    timing = (await readJpeg(reader, id)).headers.get('Server-Timing') ?? ''
    if (/cache;desc="hit"/.test(timing)) return 'a second request is a hit'
  }
  throw new Error(`expected a hit, got ${timing || 'no Server-Timing'}`)
}

async function checkHints(reader: DeploymentReader, id: string): Promise<string> {
  const { headers } = await readJpeg(reader, id, '', { 'Sec-CH-Width': '64', 'Sec-CH-DPR': '1' })
  const vary = headers.get('Vary') ?? ''
  expect(/sec-ch-width/i.test(vary), `expected Vary to name Sec-CH-Width, got ${JSON.stringify(vary)}`)
  return `${headers.get('Strata-Plan')}`
}

async function answered(response: Response): Promise<Error> {
  const { code, message } = await readErrorBody(response)
  return new Error(['got', response.status, code, message].filter((part) => part !== undefined).join(' '))
}
