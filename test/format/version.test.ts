import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { fileHash, parsePrefixEtag, prefixEtag } from '../../src/format/version.ts'

const HASH = '00112233445566778899aabbccddeeff'

describe('the version of a file', () => {
  it('is the first 16 bytes of its SHA-256', async () => {
    const bytes = Uint8Array.of(1, 2, 3)
    const digest = createHash('sha256').update(bytes).digest('hex')
    expect(await fileHash(bytes)).toBe(digest.slice(0, 32))
  })

  it('is part of the ETag of a prefix, with the layer', () => {
    expect(prefixEtag(HASH, 3)).toBe(`"${HASH}.3"`)
    expect(parsePrefixEtag(prefixEtag(HASH, 15))).toEqual({ hash: HASH, layer: 15 })
  })

  it.each([`W/"${HASH}.1"`, `"${HASH}"`, `"${HASH}.100"`, `"${HASH}.1-w640"`, '*', ''])(
    'is not read from another ETag: %s',
    (etag) => {
      expect(parsePrefixEtag(etag)).toBeUndefined()
    },
  )
})
