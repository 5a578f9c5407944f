import { expect, it } from 'vitest'
import { yielding } from '../../src/node/yielding.ts'
import type { Manifest, Runtime } from '../../src/runtime/types.ts'

it('lets the event loop turn between the runs of a network', async () => {
  const runtime: Runtime = {
    name: 'wasm',
    manifest: {} as Manifest,
    load: async () => ({ run: async (feeds) => feeds }),
    network: async () => ({ run: (inputs) => inputs as Record<string, Int16Array> }),
    table: async () => 'table',
    blob: async () => new Uint8Array(),
  }
  const loaded = await yielding(runtime).load('any')
  const network = await yielding(runtime).network('any')
  let turns = 0
  const timer = setInterval(() => turns++, 0)
  const feeds = { x: { data: new Float32Array(1), dims: [1] } }
  const inputs = { x: new Int16Array(1) }
  for (let i = 0; i < 100; i++) {
    const end = performance.now() + 1
    while (performance.now() < end); // as a synchronous network would
    expect(i % 2 ? await loaded.run(feeds) : await network.run(inputs, 1, 1)).toBe(i % 2 ? feeds : inputs)
  }
  clearInterval(timer)
  expect(turns).toBeGreaterThan(30)
  expect(await yielding(runtime).table('x')).toBe('table')
})
