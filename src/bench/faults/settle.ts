import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from './client.ts'
import type { Cluster } from './cluster.ts'
import type { Evidence, FinalImage } from './invariants.ts'
import type { Load } from './load.ts'

/**
 * Longest wait in milliseconds: longer than a lease written by a wrong clock, and than the pauses between several
 * attempts.
 */
const PATIENCE_MS = 600_000
const LOOK_MS = 500
/** Age in milliseconds at which the sweep deletes objects without a record. */
const AGE_MS = 7_200_000
/** Longer than an isolate caches a record, in milliseconds. */
const STALE_MS = 1500
const TRIES = 20

/** Waits until every upload is ready or failed, runs the sweep, and gathers the evidence. */
export async function settle(
  cluster: Cluster,
  client: Client,
  load: Pick<Load, 'histories' | 'seen'>,
): Promise<Evidence> {
  await cluster.start()
  const deadline = Date.now() + PATIENCE_MS
  while (Date.now() < deadline) {
    const open = openIds(cluster)
    if (open.length === 0 && cluster.broker.length === 0) break
    for (const id of open) await client.wake(id)
    await sleep(LOOK_MS)
  }
  await sleep(STALE_MS)
  const images: FinalImage[] = []
  for (const history of load.histories) {
    // A busy edge may refuse a picture for a moment.
    for (let i = 0; i < TRIES; i++) {
      const image = await client.final(history)
      if (image === undefined && i < TRIES - 1) await sleep(LOOK_MS)
      else {
        images.push(image ?? { history, state: 'none' })
        break
      }
    }
  }
  cluster.bucket.objects.age(AGE_MS)
  await cluster.consumer.link?.sweep()
  cluster.bucket.objects.age(0)
  const { objects } = cluster.bucket
  const kept = objects.keys().map((key) => [key, objects.get(key)!.bytes] as const)
  return { seen: load.seen, images, objects: new Map(kept), crashes: cluster.crashes }
}

function openIds({ bucket: { objects } }: Cluster): string[] {
  return objects.keys('state/').flatMap((key) => {
    const { status } = JSON.parse(new TextDecoder().decode(objects.get(key)?.bytes)) as { status: string }
    return status === 'queued' || status === 'encoding' ? [key.slice('state/'.length)] : []
  })
}
