import { describe, expect, it } from 'vitest'
import { pictureDecision } from '../../../src/edge/plan/etag.ts'
import { MAKINGS, type Making, madeVariant } from '../../../src/edge/plan/making.ts'
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

function pictureEtag(hash: string, plan: TranscodePlan, making: Making = 'edge'): string {
  return madeVariant(hash, pictureDecision(plan), plan, making).etag
}

describe('the ETag of a picture that is made', () => {
  it('is weak, and holds the hash of the file and the decision', () => {
    expect(pictureEtag(H, PLAN)).toBe(`W/"${H}.1-640x480-avif-q75-v3"`)
    const hiding = { ...PLAN.request, format: 'jpeg', ht: 2 } as const
    expect(pictureEtag(H, { ...PLAN, request: hiding, embedModel: 'abcd' })).toBe(
      `W/"${H}.1-640x480-jpeg-q75-ht2.abcd-v3"`,
    )
  })

  it('differs from that of another file and of the native body', () => {
    expect(pictureEtag(H.replace('00', '01'), PLAN)).not.toBe(pictureEtag(H, PLAN))
    expect(pictureEtag(H, PLAN)).not.toContain(prefixEtag(H, 1))
  })

  it('tells pictures of one decision apart that were made in different ways', () => {
    const etags = MAKINGS.map((making) => pictureEtag(H, PLAN, making))
    expect(new Set(etags).size).toBe(MAKINGS.length)
    for (const etag of etags) expect(etag).toMatch(/^W\/"[0-9a-f]{32}\.1-640x480-avif-q75-v3(-[rpo])?"$/)
  })
})

describe('what a picture is called', () => {
  const render = { ...PLAN.request, fit: 'contain' } as const
  const request = { width: 640, height: undefined, fit: 'contain', format: 'avif', quality: 75 } as const
  const called = (plan: Parameters<typeof madeVariant>[2], making: Making, type?: string) =>
    madeVariant(H, 'd', plan, making, type).label

  it('follows from who made it, not from who was to make it', () => {
    const plan = { ...PLAN, render }
    expect(MAKINGS.map((making) => called(plan, making, 'image/png'))).toEqual([
      'render;w=640;f=png',
      'original;f=png',
      'render;w=640;f=png',
      'transcode;layer=1;w=640;f=avif',
    ])
    const rendered = { kind: 'render', request, vary: [], contentDpr: undefined } as const
    expect(called(rendered, 'origin')).toBe('render;w=640;f=avif')
    expect(called(rendered, 'origin', 'image/webp')).toBe('render;w=640;f=webp')
    expect(called(rendered, 'original')).toBe('original;f=avif')
  })
})
