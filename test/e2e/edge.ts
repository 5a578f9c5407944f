import { Miniflare, Response } from 'miniflare'
import { bundleWorker } from './bundle.ts'

/** test/edge/kill-worker.ts with a bucket and a queue, encoding at this origin; on a port of its own as well. */
export async function startWorker(origin: string, key: string): Promise<Miniflare> {
  const worker = new Miniflare({
    name: 'edge',
    port: 0,
    modules: [
      { type: 'ESModule', path: 'index.js', contents: await bundleWorker('test/edge/kill-worker.ts') },
    ],
    compatibilityDate: '2026-04-01',
    compatibilityFlags: ['nodejs_compat'],
    bindings: { ORIGIN_URL: origin, ORIGIN_KEY: key },
    r2Buckets: ['IMAGES'],
    queueProducers: { JOBS: 'strata-jobs' },
    queueConsumers: { 'strata-jobs': { maxBatchSize: 2, maxBatchTimeout: 0, maxRetries: 20 } },
  })
  await worker.ready
  return worker
}

/** src/worker.ts, without a queue, and with a transcoder whose JPEGs are empty; on a port of its own as well. */
export async function startReadyWorker(bindings: Record<string, string>): Promise<Miniflare> {
  const worker = new Miniflare({
    name: 'edge',
    port: 0,
    modules: [{ type: 'ESModule', path: 'index.js', contents: await bundleWorker('src/worker.ts') }],
    compatibilityDate: '2026-04-01',
    compatibilityFlags: ['nodejs_compat'],
    bindings,
    r2Buckets: ['IMAGES'],
    durableObjects: { LEASE: { className: 'TranscodeLease', useSQLite: true } },
    serviceBindings: {
      TRANSCODER: () => new Response(Uint8Array.of(0xff, 0xd8, 0xff, 0xd9)),
    },
  })
  await worker.ready
  return worker
}
