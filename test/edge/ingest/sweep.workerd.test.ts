import { describe, expect, it } from 'vitest'
import { sweep } from '../../../src/edge/ingest/sweep.ts'
import { r2Store } from '../../../src/edge/store/r2.ts'
import { ImageStore } from '../../../src/edge/store/store.ts'
import { answerWith, BUCKET, createCdn, keysOf, strataFile, writeOpen } from '../cdn.ts'

function services() {
  const started: string[] = []
  const start = async ({ id }: { readonly id: string }) => void started.push(id)
  return { started, store: new ImageStore(r2Store(BUCKET)), jobs: () => ({ start }) as never }
}

describe('the sweep', () => {
  it('removes objects that no record names, and nothing else', async () => {
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

  it('removes JPEGs of replaced files', async () => {
    let file = strataFile(91)
    const cdn = createCdn((request) => answerWith(file)(request), { persist: true })
    const jpegs = async () =>
      (await BUCKET.list({ prefix: 'picture/sj' })).objects.map(({ key }) => key.split('/')[1])
    for (const id of ['sj', 'sj-live', 'sj-replaced', 'sj-deleted', 'sj0']) {
      await cdn.put(`/cdn/img/${id}`)
      for (const w of [320, 640]) await cdn.get(`/cdn/img/${id}?w=${w}`)
    }
    // As by a Worker that was stopped right after the record was written.
    const { objects } = await BUCKET.list({ prefix: 'picture/sj-' })
    file = strataFile(92, undefined, 'another picture')
    await cdn.put('/cdn/img/sj-replaced', 'another picture')
    await cdn.get('/cdn/img/sj-replaced?w=320')
    await cdn.request('/cdn/img/sj-deleted', { method: 'DELETE' })
    for (const { key } of objects) if (!key.includes('live')) await BUCKET.put(key, 'stale')
    expect(await jpegs()).toHaveLength(11)

    expect(await sweep(services(), { orphanAgeMs: 0 })).toMatchObject({ removed: 4, complete: true })
    expect(await jpegs()).toEqual(['sj-live', 'sj-live', 'sj-replaced', 'sj', 'sj', 'sj0', 'sj0'])
    expect((await cdn.get('/cdn/img/sj-replaced?w=320')).headers.get('Server-Timing')).toContain('"hit"')
  })

  it('compares objects with one page of records at a time, and leaves none out', async () => {
    const { store } = services()
    // A bucket whose pages are of three records.
    const small = new Proxy(store, {
      get(target, name) {
        if (name === 'listStates') return (options: object) => target.listStates({ ...options, limit: 3 })
        const value = Reflect.get(target, name) as unknown
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const ids = Array.from({ length: 20 }, (_, i) => `sp-${'abcdefghijklmnopqrst'[i]}`)
    for (const [i, id] of ids.entries()) {
      if (i % 5 !== 4) await writeOpen(id, { leaseUntil: Date.now() + 1e6 })
      if (i % 3 === 0) await BUCKET.put(`picture/${id}/hash/decision`, 'stale')
    }
    await BUCKET.put('picture/sp/hash/decision', 'stale')
    let removed = 0
    for (let runs = 0; ; runs++) {
      const report = await sweep({ ...services(), store: small }, { pages: 1, orphanAgeMs: 0 })
      removed += report.removed
      if (report.complete) break
      expect(runs).toBeLessThan(100)
    }
    expect(removed).toBe(8)
    expect((await BUCKET.list({ prefix: 'picture/sp' })).objects).toEqual([])
    for (const [i, id] of ids.entries()) expect(await keysOf(id)).toHaveLength(i % 5 === 4 ? 0 : 1)
  })

  it('resumes a dead encoding once', async () => {
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
      expect(runs).toBe(4) // one page in each folder
      break
    }
    expect(seen).toBe(all.seen)
  })
})
