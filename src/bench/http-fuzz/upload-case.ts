import type { Random } from '../random.ts'
import { checkAnswer } from './answer-checks.ts'
import { MAX_UPLOAD, type Site, TOKEN } from './site.ts'
import type { FuzzAnswer, FuzzRequest } from './types.ts'
import { MARK } from './types.ts'
import { HOSTILE } from './values.ts'

/** Deployments that accept uploads, and the token that each demands. */
const TARGETS = { plain: undefined, kept: undefined, bounded: TOKEN, bare: TOKEN } as const
const QUERIES = [
  ...['', '', '', 'coding=webp', 'coding=auto', 'widths=8,16&coding=webp', 'coding=compass&widths=4'],
  ...['bg=fff', 'quality=60&coding=webp', 'unknown=1'],
]
const BAD_QUERIES = [
  ...[
    'widths=0',
    'widths=9,4',
    'widths=4,4',
    'widths=99999',
    'widths=x',
    `widths=${'1,'.repeat(300)}1`,
    'quality=0',
  ],
  ...[
    'quality=auto:99',
    'coding=jpeg',
    'coding=webp&coding=avif',
    'bg=red',
    'url=https://evil.example/a.png',
  ],
  ...[
    'url=http://127.0.0.1/',
    'url=file:///etc/passwd',
    'url=',
    ...HOSTILE.map((value) => `widths=${value}`),
  ],
]

/** The life of one upload: it is sent, encoded, read and deleted. A refused request must have changed nothing. */
export async function uploadCase(random: Random, site: Site, seed: number): Promise<UploadFault | undefined> {
  const id = random.chance(0.97) ? `u${seed}` : `${MARK}-${seed}`
  const steps = 1 + random.below(3)
  try {
    for (let step = 0; step < steps; step++) {
      const request = uploadRequest(random, site, id)
      const before = site.store.objectsOf(id).join()
      const answer = await site.send(request)
      const reason = checkAnswer(request, answer) ?? checkUpload(request, answer, before, site, id)
      if (reason) return { request, reason }
      const isDelivered = random.chance(0.4)
      await site.settle((name) => isDelivered && name === id)
      const read = await readBack(random, site, id)
      if (read) return read
    }
    return await remove(site, id)
  } finally {
    await site.store.delete(site.store.objectsOf(id).map((entry) => entry.split(' ')[0] ?? ''))
  }
}

interface UploadFault {
  readonly request: FuzzRequest
  readonly reason: string
}

function uploadRequest(random: Random, site: Site, id: string): FuzzRequest {
  const [deployment, token] = random.pick(Object.entries(TARGETS))
  const { body, type } = bodyOf(random, site)
  const length = random.chance(0.9)
    ? String(body?.length ?? 0)
    : random.pick(['0', '-1', '1e3', '', '99999999', String((body?.length ?? 0) + 3), '5'])
  const headers: [string, string][] = [['Content-Type', type]]
  if (random.chance(0.95)) headers.push(['Content-Length', length])
  if (token && random.chance(0.9))
    headers.push(['Authorization', `Bearer ${random.chance(0.9) ? token : 'x'}`])
  if (random.chance(0.15))
    headers.push(['If-None-Match', random.pick(['*', '"x"', `"${'a'.repeat(32)}.0"`, ''])])
  if (random.chance(0.1))
    headers.push(['If-Match', random.pick(['*', '"x"', `"${'a'.repeat(32)}.0"`, 'W/"x"'])])
  if (random.chance(0.1)) headers.push(['Content-Encoding', random.pick(['gzip', 'br', 'identity'])])
  if (random.chance(0.05)) headers.push(['Expect', '100-continue'])
  if (random.chance(0.05))
    headers.push(['Sec-Fetch-Site', random.pick(['cross-site', 'same-origin', 'none'])])
  const query = random.pick(random.chance(0.7) ? QUERIES : BAD_QUERIES).split('&')
  const path = `/cdn/img/${id}${random.chance(0.95) ? '' : random.pick(['.json', '@12345678', '.jpg', '/encode', '/'])}`
  return { deployment, method: 'PUT', base: 'http://cdn.localhost', path, query, headers, body }
}

function bodyOf(random: Random, site: Site): { body?: Uint8Array; type: string } {
  const text = (content: string) => new TextEncoder().encode(content)
  const original = random.pick(Object.values(site.originals))
  if (random.chance(0.6))
    return { body: original, type: random.pick(['image/png', 'image/jpeg', 'text/html', '']) }
  return random.pick<{ body?: Uint8Array; type: string }>([
    { type: 'image/png' },
    {
      body: text('--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--'),
      type: 'multipart/form-data; boundary=x',
    },
    { body: text('a=b'), type: 'application/x-www-form-urlencoded' },
    { body: text('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'), type: 'image/svg+xml' },
    { body: text('data:image/png;base64,iVBORw0KGgo='), type: 'text/plain' },
    { body: Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0), type: 'image/png' },
    { body: random.bytes(random.below(300)), type: MARK },
    { body: original.slice(0, random.below(60)), type: 'image/jpeg' },
    { body: new Uint8Array(MAX_UPLOAD + 1).fill(0xff), type: 'image/jpeg' },
  ])
}

function checkUpload(
  { path }: FuzzRequest,
  { status, headers, body }: FuzzAnswer,
  before: string,
  site: Site,
  id: string,
): string | undefined {
  const isChanged = site.store.objectsOf(id).join() !== before
  if (status >= 400) return isChanged ? `refused with ${status}, and yet the bucket changed` : undefined
  if (status !== 202) return `an upload was answered ${status}`
  if (headers.get('location') !== path) return `Location ${headers.get('location')} of ${path}`
  const { id: named, state } = JSON.parse(new TextDecoder().decode(body))
  if (named !== id || !['queued', 'encoding', 'ready'].includes(state)) return `202 with ${state} of ${named}`
  return site.store.objectsOf(id).length < 2 ? '202, but nothing is stored' : undefined
}

/** Reads the image and its info, and compares them. */
async function readBack(random: Random, site: Site, id: string): Promise<UploadFault | undefined> {
  const ask = {
    deployment: random.pick(['plain', 'kept']),
    base: 'http://cdn.localhost',
    method: 'GET',
    headers: [],
  }
  const [info, image] = [`/cdn/img/${id}.json`, `/cdn/img/${id}`].map((path) => ({
    ...ask,
    path,
    query: ['w=8'],
  }))
  for (const request of [info!, image!]) {
    const reason = checkAnswer(request, await site.send(request))
    if (reason) return { request, reason }
  }
  const [said, shown] = [await site.send(info!), await site.send(image!)]
  const isStored = site.store.objectsOf(id).length > 0
  if (!isStored && (said.status !== 404 || shown.status !== 404))
    return { request: info!, reason: `nothing is stored: ${said.status} and ${shown.status} came` }
  if (said.status === 200 && shown.status !== 200)
    return { request: image!, reason: `${shown.status} of an image that is ready` }
  const failed = said.status >= 400 && isStored
  if (failed && shown.status !== said.status)
    return { request: image!, reason: `${shown.status} of an image whose state is ${said.status}` }
  return undefined
}

async function remove(site: Site, id: string): Promise<UploadFault | undefined> {
  const isThere = site.store.objectsOf(id).length > 0
  const path = `/cdn/img/${id}`
  const request = {
    deployment: 'kept', // the one that keeps pictures removes them
    base: 'http://cdn.localhost',
    method: 'DELETE',
    headers: [],
    path,
    query: [],
  }
  const answer = await site.send(request)
  const expected = isThere ? 204 : 404
  if (answer.status !== expected)
    return { request, reason: `DELETE was answered ${answer.status}, not ${expected}` }
  await site.settle()
  const left = site.store.objectsOf(id)
  if (left.length > 0) return { request, reason: `after DELETE there is ${left.join(', ')}` }
  const gone = await site.send({ ...request, method: 'GET' })
  return gone.status === 404 ? undefined : { request, reason: `after DELETE, GET is answered ${gone.status}` }
}
