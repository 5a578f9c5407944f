import { describe, expect, it } from 'vitest'
import { ImageStore } from '../../src/edge/store.ts'
import { sweep } from '../../src/edge/sweep.ts'
import { answerWith, BUCKET, createCdn, keysOf, strataFile, writeOpen } from './cdn.ts'

function services() {
  const started: string[] = []
  const start = async ({ id }: { readonly id: string }) => void started.push(id)
  return { started, store: new ImageStore(BUCKET), jobs: () => ({ start }) as never }
}

describe('the sweep', () => {
  it('removes what no record names, and nothing else', async () => {
    const cdn = createCdn(answerWith(strataFile(90)))
    // Ids whose order differs from the order of the keys they are part of.
    for (const id of ['sw', 'sw-a', 'sw0', 'swa']) {
      await cdn.put(`/cdn/img/${id}`)
      await BUCKET.put(`original/${id}/stale`, 'x')
      await BUCKET.put(`strata/${id}/stale-1`, 'x')
    }
    await BUCKET.put('original/sw-nobody/stale', 'x')
    await writeOpen('sw-open', { leaseUntil: Date.now() + 1e6 })

    const young = await sweep(services())
    expect(young).toMatchObject({ removed: 0, complete: true })
    const report = await sweep(services(), { orphanAgeMs: 0 })
    expect(report).toMatchObject({ removed: 9, complete: true })
    for (const id of ['sw', 'sw-a', 'sw0', 'swa']) {
      expect((await cdn.get(`/cdn/img/${id}?f=native`)).status).toBe(200)
      expect(await keysOf(id)).toHaveLength(2)
    }
    expect(await keysOf('sw-nobody')).toEqual([])
    expect(await keysOf('sw-open')).toHaveLength(1)
    expect(await sweep(services(), { orphanAgeMs: 0 })).toMatchObject({ removed: 0 })
  })

  it('starts again what died, once', async () => {
    await writeOpen('sweep-dead', { leaseUntil: Date.now() - 1 })
    await writeOpen('sweep-alive', { leaseUntil: Date.now() + 1e6 })
    const parts = services()
    expect(await sweep(parts)).toMatchObject({ restarted: 1 })
    await sweep(parts)
    expect(parts.started).toEqual(['sweep-dead'])
  })

  it('goes on where it stopped', async () => {
    const all = await sweep(services())
    let seen = 0
    for (let runs = 1; ; runs++) {
      const report = await sweep(services(), { pages: 1 })
      seen += report.seen
      if (!report.complete) continue
      expect(runs).toBe(3) // one page in each folder
      break
    }
    expect(seen).toBe(all.seen)
  })
})
