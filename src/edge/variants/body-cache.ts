/** Names one .strata file: the id of its image, and H. */
interface FileName {
  readonly id: string
  readonly hash: string
}

/** The Cache API, where the runtime has one. It belongs to one data centre and may forget at any time. */
function openCache(): Cache | undefined {
  return typeof caches === 'undefined' ? undefined : caches.default
}

/** The body that was kept under this key; undefined when there is none, and when the cache fails. */
export async function findBody(key: string): Promise<Response | undefined> {
  try {
    return await openCache()?.match(key)
  } catch {
    return undefined
  }
}

const YEAR_S = 31_536_000

/** How a body is kept. */
interface Keeping {
  /** For how long. @default a year: the key determines the content */
  readonly seconds?: number | undefined
  /** Headers that it is found with again. */
  readonly headers?: Readonly<Record<string, string>>
}

/** Keeps a body. */
export async function keepBody(
  key: string,
  bytes: Uint8Array,
  type: string,
  { seconds = YEAR_S, headers: own }: Keeping = {},
): Promise<void> {
  const headers = {
    ...own,
    'Cache-Control': `public, max-age=${seconds}`,
    'Content-Length': String(bytes.length),
    'Content-Type': type,
  }
  await openCache()?.put(key, new Response(bytes, { headers }))
}

/** Forgets a body, in this data centre. */
export async function dropBody(key: string): Promise<void> {
  await openCache()
    ?.delete(key)
    .catch(() => undefined)
}

/**
 * The key of a body. It keeps the host of the request, because a cache belongs to a zone. Apart from that it names
 * the file and what was made of it, never the request: the Cache API ignores Vary, and no client may fill it with
 * copies.
 * @param form layer or decision
 */
export function bodyKey(
  url: string,
  kind: 'picture' | 'native',
  { id, hash }: FileName,
  form: string,
): string {
  return new URL(`/.strata/${kind}/${id}/${hash}/l${form}`, url).href
}
