import { describe, expect, it } from 'vitest'
import { NO_MODEL_SET } from '../../src/format/coding.ts'
import { fakeEdge, type Image, modelSet } from './fake-edge.ts'
import { strata } from './harness.ts'

describe('reencode', () => {
  const images = (): Record<string, Image> => ({
    live: { state: 'ready', modelSet },
    drawn: { state: 'ready', modelSet: NO_MODEL_SET },
    dead: { state: 'ready', modelSet: 'older' },
    failed: { state: 'failed', code: 'ORIGIN_FAILED' },
    'no-picture': { state: 'failed', code: 'INPUT_UNSUPPORTED' },
    'dead-broken': { state: 'ready', modelSet: 'older' },
    open: { state: 'encoding' },
  })
  const run = (to: string, ...argv: string[]) =>
    strata(['reencode', '--to', to, '--json', ...argv], { env: { UPLOAD_TOKEN: 'secret' } })

  it('renews the images of a dead model set; those without an original fail', async () => {
    const { posts, to } = await fakeEdge(images())
    const { code, json } = await run(to)
    expect(code).toBe(3)
    expect(json()).toMatchObject({
      files: [{ id: 'dead', modelSet, bytes: 7 }],
      failed: [{ input: 'dead-broken', error: { code: 'NOT_FOUND' } }],
    })
    expect(posts).toEqual(['dead'])
  })

  it.each<[string[], string[]]>([
    [['--dry-run'], []],
    [['--failed', 'failed'], ['failed']],
    [['live'], ['live']],
    [
      ['--model-set', 'older', '--failed'],
      ['failed', 'live'],
    ],
  ])('%j', async (argv, expected) => {
    const { posts, to } = await fakeEdge(images())
    const { code } = await run(to, ...argv)
    expect([code, posts.sort()]).toEqual([0, expected])
  })

  it('names images that it skips because their original is no picture, but tries them when they are named', async () => {
    const { posts, to } = await fakeEdge(images())
    expect((await run(to, '--failed', '--dry-run')).err).toBe(
      'strata: left out, whose originals are no pictures: no-picture\n',
    )
    expect((await run(to, 'no-picture')).code).toBe(0)
    expect(posts).toEqual(['no-picture'])
  })

  it('reports missing images, and a missing token', async () => {
    const { to } = await fakeEdge(images())
    expect(await run(to, 'live', 'nowhere')).toMatchObject({
      code: 3,
      err: expect.stringContaining('nowhere'),
    })
    expect(await strata(['reencode', '--to', to])).toMatchObject({
      code: 1,
      err: expect.stringContaining('token'),
    })
  })
})
