import type { PutOptions } from '../object-store.ts'

const METADATA = 'x-amz-meta-'

/** The headers of a PutObject. */
export function putHeaders({ contentType, metadata = {}, onlyIf }: PutOptions): Record<string, string> {
  return {
    'Content-Type': contentType ?? 'application/octet-stream',
    ...(onlyIf === 'absent' && { 'If-None-Match': '*' }),
    ...(typeof onlyIf === 'object' && { 'If-Match': onlyIf.etag }),
    ...Object.fromEntries(
      Object.entries(metadata).map(([name, value]) => [METADATA + toKebab(name), escapeText(value)]),
    ),
  }
}

/** What `putHeaders` wrote, as GetObject and HeadObject answer it. */
export function readMetadata(headers: Headers): Record<string, string> {
  const own = [...headers].filter(([name]) => name.startsWith(METADATA))
  return Object.fromEntries(
    own.map(([name, value]) => [toCamel(name.slice(METADATA.length)), unescapeText(value)]),
  )
}

/** S3 lowers the case of names: modelSet -> model-set */
function toKebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

function toCamel(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** Headers are ASCII, and spaces in them are not kept by everyone. */
function escapeText(text: string): string {
  return text.replace(/[^!-$&-~]/gu, encodeURIComponent)
}

function unescapeText(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
