import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { strata } from '../harness.ts'

const hasModels = existsSync(new URL('../../../models/weights/manifest.json', import.meta.url))

describe('bench exactness and bench fuzz', { timeout: 60_000 }, () => {
  it.skipIf(!hasModels)('compare both runtimes', async () => {
    const { code, json } = await strata(['bench', 'exactness', '--count', '2', '--seed', '8', '--json'])
    expect(json()).toMatchObject({ ok: true, pictures: 2, layers: 10, samples: expect.any(Number) })
    expect(code).toBe(0)
    const { out } = await strata(['bench', 'exactness', '--count', '1'])
    expect(out).toMatch(/^1 pictures, \d+ layers in [\d.]+ s: equal symbols, pixels within 1\/255/)
  })

  it.skipIf(!hasModels)('count what forged files are answered with', async () => {
    const { code, json } = await strata(['bench', 'fuzz', '--cases', '20', '--json'])
    const { ok, cases, outcomes, failures } = json()
    expect([code, ok, cases, failures]).toEqual([0, true, 20, []])
    expect(Object.values<number>(outcomes).reduce((a, b) => a + b)).toBe(20)
    const { out } = await strata(['bench', 'fuzz', '--cases', '5', '--seed', '40'])
    expect(out).toMatch(/^5 files in [\d.]+ s, 0 answered wrongly\n/)
  })

  it.each([
    ['exactness', '--count', '0'],
    ['exactness', '--seed', '-1'],
    ['fuzz', '--cases', 'many'],
  ])('bench %s refuses %s %s', async (...argv) => {
    expect(await strata(['bench', ...argv])).toMatchObject({
      code: 2,
      err: expect.stringContaining(argv[1]!),
    })
  })
})
