import { describe, expect, it } from 'vitest'
import { answerWith, BUCKET, bytesOf, createCdn, strataFile } from './cdn.ts'

/** As Cloudflare bills them: what writes or lists is of class A, what reads of class B, deletions are free. */
const CLASSES: Readonly<Record<string, 'a' | 'b'>> = { put: 'a', list: 'a', get: 'b', head: 'b' }

function counting() {
  let counted = { a: 0, b: 0 }
  const bucket = new Proxy(BUCKET, {
    get(target, name) {
      const method = Reflect.get(target, name) as (...args: unknown[]) => unknown
      return (...args: unknown[]) => {
        const billed = CLASSES[String(name)]
        if (billed) counted[billed]++
        return method.apply(target, args)
      }
    },
  })
  const take = () => {
    const taken = counted
    counted = { a: 0, b: 0 }
    return taken
  }
  return { bucket: () => bucket, take }
}

describe('operations on the bucket, as docs/operate.md counts them', () => {
  it('of an upload, reads and a deletion', async () => {
    const { bucket, take } = counting()
    const cdn = createCdn(answerWith(strataFile(71)), { bucket, persist: true })
    await cdn.put('/cdn/img/billed')
    const upload = take()
    const costs: Record<string, { a: number; b: number }> = { upload }
    for (const [name, query] of [
      ['native', 'f=native&w=640'],
      ['native again', 'f=native&w=640'],
      ['JPEG', 'w=640'],
      ['JPEG again', 'w=640'],
    ] as const) {
      await bytesOf(await cdn.get(`/cdn/img/billed?${query}`))
      costs[name] = take()
    }
    await cdn.request('/cdn/img/billed', { method: 'DELETE' })
    costs.deletion = take()
    expect(costs).toEqual({
      upload: { a: 6, b: 6 },
      native: { a: 0, b: 3 },
      'native again': { a: 0, b: 0 },
      // One more to write it where it is kept, one of the three to look whether it is there.
      JPEG: { a: 1, b: 3 },
      'JPEG again': { a: 0, b: 0 },
      deletion: { a: 1, b: 2 },
    })
  })
})
