import { beforeAll, describe, expect, it } from 'vitest'
import type { ObjectStore, SizedStream } from '../../src/edge/store/object-store.ts'

export interface ObjectStoreUnderTest {
  /** A store over an empty bucket. */
  make(): ObjectStore | Promise<ObjectStore>
  /** What the server behind it cannot do. Without conditional writes it must be refused. @default [] */
  readonly lacks?: readonly ('conditional writes' | 'atomic conditions' | 'whole writes' | 'listings')[]
}

/** What every ObjectStore owes. */
export function objectStoreConformance(name: string, { make, lacks = [] }: ObjectStoreUnderTest): void {
  const isConditional = !lacks.includes('conditional writes')
  describe(`${name} as an ObjectStore`, () => {
    let store: ObjectStore
    beforeAll(async () => {
      store = await make()
    })
    const textAt = async (key: string) => {
      const object = await store.get(key)
      return object && text(await object.bytes())
    }

    it('gives back what was put, with its type, size, metadata and time', async () => {
      const before = Date.now()
      const metadata = {
        state: 'ready',
        modelSet: 'a  b',
        leaseUntil: '17',
        keys: 'a/b c/d',
        odd: '100 % é😀 ',
      }
      const etag = await store.put('info/a', 'hello', { contentType: 'application/json', metadata })
      const expected = { key: 'info/a', size: 5, etag, contentType: 'application/json', metadata }
      const [got, head] = [await store.get('info/a'), await store.head('info/a')]
      expect(got).toMatchObject(expected)
      expect(head).toMatchObject(expected)
      expect(text(await got?.bytes())).toBe('hello')
      // Some servers count in seconds.
      for (const info of [got, head]) expect(info?.uploaded).toBeGreaterThan(before - 2000)
    })

    it('returns null for missing objects', async () => {
      expect([await store.get('none'), await store.head('none')]).toEqual([undefined, undefined])
      expect(await store.get('none', { start: 0, end: 4 })).toBeUndefined()
    })

    it('stores bytes without a content type', async () => {
      await store.put('untyped', Uint8Array.of(1))
      expect(await store.head('untyped')).toMatchObject({
        contentType: 'application/octet-stream',
        metadata: {},
      })
    })

    it('stores all bytes, of a view and of an empty object too', async () => {
      const all = Uint8Array.from({ length: 256 }, (_, i) => i)
      await store.put('bytes/all', all)
      await store.put('bytes/view', all.subarray(10, 20))
      await store.put('bytes/empty', new Uint8Array(0))
      expect(await (await store.get('bytes/all'))?.bytes()).toEqual(all)
      expect(await (await store.get('bytes/view'))?.bytes()).toEqual(all.slice(10, 20))
      const empty = await store.get('bytes/empty')
      expect([empty?.size, await empty?.bytes()]).toEqual([0, new Uint8Array(0)])
    })

    it('stores a stream of known length, and returns one', async () => {
      const bytes = pattern(300_000)
      await store.put('stream', sized(bytes, 7001))
      const object = await store.get('stream')
      expect(object?.size).toBe(bytes.length)
      const got = new Uint8Array(await new Response(object?.body).arrayBuffer())
      expect([got.length, got.every((byte, i) => byte === bytes[i])]).toEqual([bytes.length, true])
    })

    it.skipIf(lacks.includes('whole writes'))('stores nothing of a stream that breaks off', async () => {
      await expect(store.put('broken', sized(pattern(100_000), 7001, 50_000))).rejects.toThrow()
      expect(await store.head('broken')).toBeUndefined()
    })

    it.each([
      [{ start: 0, end: 4 }, '0123'],
      [{ start: 3, end: 7 }, '3456'],
      [{ start: 0, end: 10 }, '0123456789'],
      [{ start: 8, end: 4000 }, '89'],
    ])('reads %j', async (range, expected) => {
      await store.put('range', '0123456789')
      const object = await store.get('range', range)
      expect([text(await object?.bytes()), object?.size]).toEqual([expected, 10])
    })

    it('fails for a range that begins behind the end', async () => {
      await store.put('range', '0123456789')
      await expect(store.get('range', { start: 10, end: 12 })).rejects.toThrow()
    })

    it('overwrites with new bytes and metadata, and another etag', async () => {
      const first = await store.put('twice', 'one', { metadata: { a: '1' } })
      const second = await store.put('twice', 'two', { metadata: { b: '2' } })
      expect(second).not.toBe(first)
      expect(await store.head('twice')).toMatchObject({ etag: second, metadata: { b: '2' } })
      expect(await textAt('twice')).toBe('two')
    })

    it.each(['a b', 'plus+and%25', "quote'(1)!*", 'ü/日本', 'a=b&c', 'tilde~.x'])(
      'takes the key %j',
      async (name) => {
        const key = `keys/${name}`
        await store.put(key, name)
        expect(await textAt(key)).toBe(name)
        expect((await store.list({ prefix: key })).entries.map((entry) => entry.key)).toEqual([key])
        await store.delete([key])
        expect(await store.head(key)).toBeUndefined()
      },
    )

    it('deletes many at once, and ignores missing ones', async () => {
      const keys = Array.from({ length: 25 }, (_, i) => `many/${i}`)
      await Promise.all(keys.map((key) => store.put(key, key)))
      await store.put('many-more', 'stays')
      await store.delete([...keys, 'many/none'])
      expect((await store.list({ prefix: 'many/' })).entries).toEqual([])
      expect(await textAt('many-more')).toBe('stays')
      await store.delete([])
    })

    it.skipIf(lacks.includes('listings'))(
      'lists what a prefix begins, in the order of the keys, page by page',
      async () => {
        const keys = ['l/-', 'l/0', 'l/A', 'l/a', 'l/a-b', 'l/b', 'l/~']
        for (const key of keys.toReversed()) await store.put(key, key, { metadata: { id: key } })
        await store.put('l', 'before')
        await store.put('m', 'behind')
        const all = await store.list({ prefix: 'l/' })
        expect([all.entries.map(({ key }) => key), all.more]).toEqual([keys, false])
        expect(all.entries[3]).toMatchObject({ size: 3, uploaded: expect.any(Number) })

        const seen: string[] = []
        for (let after: string | undefined; ; ) {
          const page = await store.list({ prefix: 'l/', after, limit: 3, metadata: true })
          expect(page.entries.map(({ metadata }) => metadata.id)).toEqual(page.entries.map(({ key }) => key))
          seen.push(...page.entries.map(({ key }) => key))
          after = page.entries.at(-1)?.key
          if (!page.more) break
        }
        expect(seen).toEqual(keys)
        const behind = await store.list({ prefix: 'l/', after: 'l/az' })
        expect(behind.entries.map(({ key }) => key)).toEqual(['l/b', 'l/~'])
        expect(await store.list({ prefix: 'none/' })).toEqual({ entries: [], more: false })
      },
    )

    describe.skipIf(!isConditional)('on conditions', () => {
      it('writes conditionally only if no object exists', async () => {
        const etag = await store.put('once', 'first', { onlyIf: 'absent' })
        expect(etag).toEqual(expect.any(String))
        expect(await store.put('once', 'second', { onlyIf: 'absent' })).toBeUndefined()
        expect([await textAt('once'), (await store.head('once'))?.etag]).toEqual(['first', etag])
      })

      it('writes conditionally only over the named version', async () => {
        const first = await store.put('over', 'first')
        const second = await store.put('over', 'second', { onlyIf: { etag: first ?? '' } })
        expect(second).toEqual(expect.any(String))
        expect(await store.put('over', 'third', { onlyIf: { etag: first ?? '' } })).toBeUndefined()
        expect(await textAt('over')).toBe('second')
        const listed = (await store.get('over'))?.etag ?? ''
        expect(await store.put('over', 'fourth', { onlyIf: { etag: listed } })).toEqual(expect.any(String))
      })

      it('refuses a conditional write over a deleted object', async () => {
        const etag = await store.put('gone', 'first')
        await store.delete(['gone'])
        expect(await store.put('gone', 'second', { onlyIf: { etag: etag ?? '' } })).toBeUndefined()
        expect(await store.head('gone')).toBeUndefined()
      })

      it.skipIf(lacks.includes('atomic conditions'))('lets one of many win', async () => {
        const writers = Array.from({ length: 12 }, (_, i) => String(i))
        const etags = await Promise.all(writers.map((id) => store.put('race', id, { onlyIf: 'absent' })))
        const winners = writers.filter((_, i) => etags[i] !== undefined)
        expect(winners).toHaveLength(1)
        expect(await textAt('race')).toBe(winners[0])
      })

      it('says that all is well', async () => {
        await expect(store.check()).resolves.toBeUndefined()
      })
    })

    describe.skipIf(isConditional)('without conditions', () => {
      it('refuses them by name, and writes nothing', async () => {
        const refusal = { code: 'STORAGE_FAILED', message: expect.stringContaining('If-None-Match') }
        await expect(store.check()).rejects.toMatchObject(refusal)
        await expect(store.put('once', 'first', { onlyIf: 'absent' })).rejects.toMatchObject(refusal)
        await expect(store.put('once', 'first', { onlyIf: { etag: '"a"' } })).rejects.toMatchObject(refusal)
        expect(await store.head('once')).toBeUndefined()
      })
    })
  })
}

function text(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes)
}

function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255)
}

/** A stream of these bytes, in chunks. @param breaksAt bytes after which it fails */
function sized(bytes: Uint8Array, chunk: number, breaksAt = Number.POSITIVE_INFINITY): SizedStream {
  const { length } = bytes
  let sent = 0
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent >= breaksAt) throw new Error('the connection was lost')
      controller.enqueue(bytes.slice(sent, sent + chunk))
      sent += chunk
      if (sent >= length) controller.close()
    },
  })
  const { FixedLengthStream } = globalThis as { FixedLengthStream?: new (length: number) => TransformStream }
  if (FixedLengthStream === undefined) return { stream, length }
  const fixed = new FixedLengthStream(length)
  stream.pipeTo(fixed.writable).catch(() => undefined)
  return { stream: fixed.readable, length }
}
