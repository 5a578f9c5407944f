import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { FaultyBucket } from '../../../src/bench/faults/bucket.ts'
import { type BucketFault, Weather } from '../../../src/bench/faults/weather.ts'
import type { ObjectStore } from '../../../src/edge/store/object-store.ts'
import { s3Store } from '../../../src/edge/store/s3/s3-store.ts'
import { objectStoreConformance } from '../../conformance/object-store.ts'

const open: FaultyBucket[] = []
afterAll(() => {
  for (const bucket of open) bucket.close()
})

async function startBucket(weather = new Weather(() => 0)): Promise<FaultyBucket> {
  const bucket = new FaultyBucket(weather)
  await bucket.open()
  open.push(bucket)
  return bucket
}

objectStoreConformance('S3 (the bucket of bench faults)', {
  make: async () => s3Store((await startBucket()).options),
})

describe('a bucket with a fault', () => {
  let weather: Weather
  let bucket: FaultyBucket
  let store: ObjectStore
  const timeoutMs = 200
  beforeEach(async () => {
    weather = new Weather(() => 0)
    bucket = await startBucket(weather)
    store = s3Store({ ...bucket.options, timeoutMs })
    await store.put('there', '0123456789')
  })
  const under = async (fault: BucketFault, work: () => Promise<unknown>) => {
    weather.set({ bucket: fault })
    await expect(work()).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    weather.clear()
  }

  it.each(['fail', 'hang', 'half'] as const)('%s writes nothing and reads nothing', async (fault) => {
    await under(fault, () => store.put('new', 'new'))
    await under(fault, async () => (await store.get('there'))?.bytes())
    expect(bucket.objects.keys()).toEqual(['there'])
    expect(weather.seen[`bucket ${fault}`]).toBeGreaterThan(1)
  })

  it('fail-after writes, and answers with an error', async () => {
    await under('fail-after', () => store.put('new', 'new'))
    expect(new TextDecoder().decode(await (await store.get('new'))?.bytes())).toBe('new')
  })

  it('full refuses only writes', async () => {
    await under('full', () => store.put('new', 'new'))
    weather.set({ bucket: 'full' })
    expect(await (await store.get('there'))?.bytes()).toHaveLength(10)
    await store.delete(['there'])
    expect(bucket.objects.keys()).toEqual([])
  })
})
