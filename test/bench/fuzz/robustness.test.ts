import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { strata } from '../../cli/harness.ts'

const hasModels = existsSync(new URL('../../../models/weights/manifest.json', import.meta.url))

describe('bench exactness and bench fuzz', () => {
  it.skipIf(!hasModels)('compare both runtimes', async () => {
    const { code, json } = await strata(['bench', 'exactness', '--count', '2', '--seed', '8', '--json'])
    expect(json()).toMatchObject({ ok: true, pictures: 2, layers: 10, samples: expect.any(Number) })
    expect(code).toBe(0)
  })

  it.skipIf(!hasModels)('count what forged files are answered with', async () => {
    const { code, out } = await strata(['bench', 'fuzz', '--cases', '20', '--seed', '40'])
    expect(code).toBe(0)
    expect(out).toMatch(/^20 files in [\d.]+ s, 0 answered wrongly\n/)
    const counts = out.match(/^ +\d+(?= (decoded|[A-Z_]+)$)/gm) ?? []
    expect(counts.map(Number).reduce((a, b) => a + b)).toBe(20)
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
