import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import type { TranscodeLease } from '../../../src/edge/variants/durable.ts'
import { LeaseClient, type LeaseNamespace } from '../../../src/edge/variants/lease-client.ts'
import { answerWith, createCdn, fakeTranscoder, strataFile } from '../cdn.ts'

const { LEASE } = env as unknown as { readonly LEASE: DurableObjectNamespace<TranscodeLease> }

describe('leases in a Durable Object', () => {
  it('are held by one; the others wait until the work is done', async () => {
    const [a, b, c] = [new LeaseClient(LEASE), new LeaseClient(LEASE), new LeaseClient(LEASE)]
    const held = await a.take('one')
    expect(held).toBeDefined()
    const waiting = Promise.all([b.take('one'), c.take('one')])
    const other = await b.take('another')
    expect(other).toBeDefined()
    await other?.release(true)
    await held?.release(true)
    expect(await waiting).toEqual([undefined, undefined])
  })

  it('go to the next waiting isolate when the work failed', async () => {
    const client = new LeaseClient(LEASE)
    const first = await client.take('failing')
    const waiting = client.take('failing')
    await first?.release(false)
    const second = await waiting
    expect(second).toBeDefined()
    await second?.release(true)
  })

  it('are renewed during long work, and taken over from a dead holder', async () => {
    const client = new LeaseClient(LEASE, 1500)
    let renewals = 0
    const counted = new LeaseClient(
      {
        idFromName: (name) => LEASE.idFromName(name),
        get: (id) =>
          new Proxy(LEASE.get(id as DurableObjectId), {
            get(stub, name) {
              if (name === 'renew') renewals++
              return Reflect.get(stub, name) as unknown
            },
          }),
      },
      1500,
    )
    const slow = await counted.take('slow')
    let taken = false
    const next = client.take('slow').then((held) => {
      taken = true
      return held
    })
    // Every third of a lease: more than one lease has gone by.
    await vi.waitFor(() => expect(renewals).toBeGreaterThan(4), 60_000)
    expect(taken).toBe(false)
    await slow?.release(true)
    expect(await next).toBeUndefined()

    // One that takes it and says no more.
    expect(await LEASE.get(LEASE.idFromName('dead')).take('a dead one', 200)).toBe('acquired')
    const heir = await client.take('dead')
    expect(heir).toBeDefined()
    await heir?.release(true)
  })

  it('that fail let every isolate make the JPEG itself', async () => {
    const broken = new Proxy({} as LeaseNamespace, {
      get: () => () => {
        throw new Error('overloaded')
      },
    })
    expect(await new LeaseClient(broken).take('any')).toBeUndefined()
    const fake = fakeTranscoder()
    const options = { persist: true, lease: () => broken, transcoder: () => fake.transcoder }
    const cdn = createCdn(answerWith(strataFile(59)), options)
    await cdn.put('/cdn/img/unleased')
    expect((await cdn.get('/cdn/img/unleased?w=320')).status).toBe(200)
    expect(fake.requests).toHaveLength(1)
  })
})
