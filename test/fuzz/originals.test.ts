import { describe, expect, it } from 'vitest'
import { ORIGINAL_CASES } from '../../src/bench/fuzz/original-cases.ts'
import { originalFiles, SECRET } from '../../src/bench/fuzz/original-files.ts'
import { runOriginalFuzz } from '../../src/bench/fuzz/original-run.ts'
import { randomOf } from '../../src/bench/random.ts'
import { fakeEncode } from '../origin/fixtures.ts'

describe('damaged originals', { timeout: 300_000 }, () => {
  it('are refused with typed errors, and nothing of their metadata gets through', async () => {
    const files = await originalFiles()
    const told = files.filter((file) => Buffer.from(file).includes(SECRET))
    expect(told.length).toBeGreaterThan(8)
    const found: string[] = []
    const onFault = ({ reason }: { reason: string }) => void found.push(reason)
    const report = await runOriginalFuzz({ cases: 250, seed: 1, files, encode: fakeEncode, onFault })
    expect(found).toEqual([])
    expect(report.failures).toEqual([])
    const { decoded = 0, INPUT_CORRUPT: corrupt = 0 } = report.outcomes
    expect(Math.min(decoded, corrupt)).toBeGreaterThan(40)
  })

  it('are made by their seeds alone', async () => {
    const files = await originalFiles()
    for (const [kind, make] of Object.entries(ORIGINAL_CASES))
      expect([kind, make(randomOf(5), files)]).toEqual([kind, make(randomOf(5), files)])
  })
})
