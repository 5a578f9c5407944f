import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { fileHash, parsePrefixEtag, prefixEtag } from '../../src/format/version.ts'

const HASH = '00112233445566778899aabbccddeeff'

describe('versions and ETags', () => {
  it('fileHash returns the first 16 bytes of the SHA-256 in hexadecimal', async () => {
    const bytes = Uint8Array.of(1, 2, 3)
    const digest = createHash('sha256').update(bytes).digest('hex')
    expect(await fileHash(bytes)).toBe(digest.slice(0, 32))
  })

  it('prefixEtag combines hash and layer, and parsePrefixEtag reads them back', () => {
    expect(prefixEtag(HASH, 3)).toBe(`"${HASH}.3"`)
    expect(parsePrefixEtag(prefixEtag(HASH, 15))).toEqual({ hash: HASH, layer: 15 })
  })

  it.each([`W/"${HASH}.1"`, `"${HASH}"`, `"${HASH}.100"`, `"${HASH}.1-w640"`, '*', ''])(
    'parsePrefixEtag returns undefined for %s',
    (etag) => {
      expect(parsePrefixEtag(etag)).toBeUndefined()
    },
  )
})
