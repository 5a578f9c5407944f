import { expect, it } from 'vitest'
import { yielding } from '../../src/origin/yielding.ts'
import type { Manifest, Runtime } from '../../src/runtime/types.ts'

it('lets the event loop turn between the runs of a network', async () => {
  const runtime: Runtime = {
    name: 'wasm',
    manifest: {} as Manifest,
    load: async () => ({ run: async (feeds) => feeds }),
    table: async () => 'table',
  }
  const runner = await yielding(runtime).load('any')
  let turns = 0
  const timer = setInterval(() => turns++, 0)
  const feeds = { x: { data: new Float32Array(1), dims: [1] } }
  for (let i = 0; i < 100; i++) {
    const end = performance.now() + 1
    while (performance.now() < end); // as a synchronous network would
    expect(await runner.run(feeds)).toBe(feeds)
  }
  clearInterval(timer)
  expect(turns).toBeGreaterThan(30)
  expect(await yielding(runtime).table('x')).toBe('table')
})
