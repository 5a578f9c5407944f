import { describe, expect, it } from 'vitest'
import { fakeEdge, type Image } from './fake-edge.ts'
import { strata } from './harness.ts'

const env = { UPLOAD_TOKEN: 'secret' }
const images = (): Record<string, Image> => ({
  'a-picture': { state: 'ready', modelSet: '0123456789abcdef' },
  b: { state: 'failed', code: 'INPUT_CORRUPT' },
  c: { state: 'encoding' },
})

describe('list', () => {
  it('has a line for each image, over all pages', async () => {
    const { to } = await fakeEdge(images())
    const { code, out } = await strata(['list', '--to', to], { env })
    expect([code, out]).toEqual([
      0,
      'a-picture  ready     0123456789abcdef\nb          failed    INPUT_CORRUPT\nc          encoding\n',
    ])
  })

  it('filters by state, and prints JSON', async () => {
    const { to } = await fakeEdge(images())
    const { json } = await strata(['list', '--to', to, '--state', 'failed', '--json'], { env })
    expect(json()).toEqual({ images: [{ id: 'b', state: 'failed', code: 'INPUT_CORRUPT' }] })
    expect((await strata(['list', '--to', to, '--state', 'queued'], { env })).out).toBe('no images\n')
    expect((await strata(['list', '--to', to, '--state', 'lost'], { env })).code).toBe(2)
  })

  it('needs the upload token', async () => {
    const { to } = await fakeEdge(images())
    const { code, err } = await strata(['list', '--to', to])
    expect([code, err]).toEqual([1, 'strata: no token\n'])
  })
})

describe('delete', () => {
  it('deletes images, and reports missing ones', async () => {
    const stored = images()
    const { to } = await fakeEdge(stored)
    const { code, json, err } = await strata(['delete', 'b', 'nowhere', 'c', '--to', to, '--json'], { env })
    expect([code, err]).toEqual([3, 'strata: nowhere: no image with id nowhere\n'])
    expect(json()).toMatchObject({ files: [{ id: 'b' }, { id: 'c' }], failed: [{ input: 'nowhere' }] })
    expect(Object.keys(stored)).toEqual(['a-picture'])
  })

  it('needs an id', async () => {
    const { to } = await fakeEdge({})
    expect((await strata(['delete', '--to', to], { env })).code).toBe(2)
  })
})
