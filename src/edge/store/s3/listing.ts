import type { ListedObject, Page } from '../object-store.ts'
import { failure, refusal, type S3Call, type S3Client } from './client.ts'
import { readWhole } from './read.ts'

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Keys as they are in the bucket, with the store's prefix. */
interface Where {
  readonly prefix: string
  readonly after: string | undefined
  readonly limit: number
}

/** One page of ListObjectsV2. @throws StrataError STORAGE_FAILED */
export async function listKeys(
  client: S3Client,
  { prefix, after, limit }: Where,
): Promise<Page<ListedObject>> {
  const query = {
    ...{ 'list-type': '2', 'encoding-type': 'url', 'max-keys': String(limit), prefix },
    ...(after !== undefined && { 'start-after': after }),
  }
  const call: S3Call = { method: 'GET', query }
  const answer = await client.send(call)
  if (answer.status !== 200) throw refusal(call, '200', answer)
  const page = parseListing(new TextDecoder().decode(await readWhole(call, answer, client.timeoutMs)))
  if (page === undefined) throw failure(call, 'a ListBucketResult', 'something else')
  // Else a listing would never end.
  if (page.more && page.entries.length === 0) throw failure(call, 'keys in a truncated listing', 'none')
  const [first] = page.entries
  if (after !== undefined && first && first.key <= after)
    throw failure(call, `keys behind ${after}`, first.key)
  return page
}

/**
 * Reads a ListBucketResult. Workers have no XML parser; of this document only a few elements without attributes
 * are read, and none of them nests in one of its own name.
 * @returns undefined when it is no such document
 */
function parseListing(xml: string): Page<ListedObject> | undefined {
  if (!/<ListBucketResult[\s>]/.test(xml)) return undefined
  const isUrl = textOf(xml, 'EncodingType') === 'url'
  const entries = [...xml.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)].map(([, contents = '']) => {
    const key = textOf(contents, 'Key')
    return {
      key: isUrl ? decodeURIComponent(key.replaceAll('+', ' ')) : key,
      size: Number(textOf(contents, 'Size')),
      uploaded: Date.parse(textOf(contents, 'LastModified')),
      metadata: {},
    }
  })
  return { entries, more: textOf(xml, 'IsTruncated') === 'true' }
}

function textOf(xml: string, element: string): string {
  const text = new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1] ?? ''
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|([a-z]+));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole
    return String.fromCodePoint(decimal !== undefined ? Number(decimal) : Number.parseInt(hex, 16))
  })
}
