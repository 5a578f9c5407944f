import { describe, expect, it } from 'vitest'
import { pictureEtag } from '../../../src/edge/plan/etag.ts'
import type { TranscodePlan } from '../../../src/edge/plan/types.ts'
import { prefixEtag } from '../../../src/format/version.ts'

const H = '00112233445566778899aabbccddeeff'
const PLAN: TranscodePlan = {
  kind: 'transcode',
  request: { layer: 1, width: 640, height: 480, format: 'avif', quality: 75, ht: 1 },
  fallbacks: [],
  length: 100,
  vary: [],
  contentDpr: undefined,
}

describe('the ETag of a picture that is made', () => {
  it('is weak, and holds the hash of the file and the decision', () => {
    expect(pictureEtag(H, PLAN)).toBe(`W/"${H}.1-640x480-avif-q75-v2"`)
    const hiding = { ...PLAN.request, format: 'jpeg', ht: 2 } as const
    expect(pictureEtag(H, { ...PLAN, request: hiding, embedModel: 'abcd' })).toBe(
      `W/"${H}.1-640x480-jpeg-q75-ht2.abcd-v2"`,
    )
  })

  it('differs from that of another file and of the native body', () => {
    expect(pictureEtag(H.replace('00', '01'), PLAN)).not.toBe(pictureEtag(H, PLAN))
    expect(pictureEtag(H, PLAN)).not.toContain(prefixEtag(H, 1))
  })
})
