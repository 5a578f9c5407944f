import { describe, expect, it } from 'vitest'
import { MAX_KEPT_PICTURES } from '../../../src/core/limits/table.ts'
import { VariantQuota } from '../../../src/edge/variants/quota.ts'

/** A bucket that counts its pictures by file and how often it was asked to. */
function bucket(first = 0) {
  const kept = new Map<string, number>()
  let counts = 0
  const quota = new VariantQuota()
  const keep = async (file = 'a') => {
    const count = async () => {
      counts++
      return kept.get(file) ?? first
    }
    const admitted = await quota.admit(file, count)
    if (admitted) kept.set(file, (kept.get(file) ?? first) + 1)
    return admitted
  }
  return { keep, kept, counts: () => counts }
}

describe('VariantQuota', () => {
  it('ends near the limit, and counts seldom', async () => {
    const { keep, kept, counts } = bucket()
    for (let i = 0; i < 3 * MAX_KEPT_PICTURES; i++) await keep()
    expect(kept.get('a')).toBeGreaterThanOrEqual(MAX_KEPT_PICTURES)
    expect(kept.get('a')).toBeLessThan(MAX_KEPT_PICTURES + 100)
    expect(counts()).toBeLessThan((3 * MAX_KEPT_PICTURES) / 50)
    expect(await keep()).toBe(false)
    expect(await keep('b')).toBe(true)
  })

  it('sees what other isolates have kept', async () => {
    const { keep } = bucket(MAX_KEPT_PICTURES)
    const admitted = []
    for (let i = 0; i < 200; i++) admitted.push(await keep())
    expect(admitted.filter(Boolean)).toHaveLength(50)
    expect(admitted[51]).toBe(false)
  })

  it('keeps pictures where they cannot be counted', async () => {
    const quota = new VariantQuota()
    for (let i = 0; i < 200; i++)
      expect(await quota.admit('a', () => Promise.reject(new Error('no list')))).toBe(true)
  })
})
