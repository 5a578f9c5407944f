import { describe, expect, it } from 'vitest'
import { jpegEtag } from '../../../src/edge/plan/etag.ts'
import type { TranscodePlan } from '../../../src/edge/plan/plan.ts'
import { prefixEtag } from '../../../src/format/version.ts'

const H = '00112233445566778899aabbccddeeff'
const PLAN: TranscodePlan = {
  kind: 'transcode',
  request: { layer: 1, width: 640, height: 480, quality: 75, ht: 1 },
  length: 100,
  vary: [],
  contentDpr: undefined,
}

describe('the ETag of a JPEG', () => {
  it('is weak, and holds the hash of the file and the decision', () => {
    expect(jpegEtag(H, PLAN)).toBe(`W/"${H}.1-w640-q75-ht1-v1"`)
    expect(jpegEtag(H, { ...PLAN, embedModel: 'abcd' })).toBe(`W/"${H}.1-w640-q75-ht1.abcd-v1"`)
  })

  it('differs from that of another file and of the native body', () => {
    expect(jpegEtag(H.replace('00', '01'), PLAN)).not.toBe(jpegEtag(H, PLAN))
    expect(jpegEtag(H, PLAN)).not.toContain(prefixEtag(H, 1))
  })
})
