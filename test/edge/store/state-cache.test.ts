import { describe, expect, it } from 'vitest'
import type { ImageState } from '../../../src/edge/store/state.ts'
import { StateCache } from '../../../src/edge/store/state-cache.ts'

const upload = { token: 't', uploaded: '', sha256: '', params: {} }
const ready: ImageState = { ...upload, status: 'ready', file: 'f', hash: 'h', bytes: 1, modelSet: 'm' }
const queued: ImageState = { ...upload, status: 'queued', original: 'o', attempt: 0, leaseUntil: 0 }
const answer = (state: ImageState) => async () => ({ state, etag: 'e' })

describe('cached records', () => {
  it('are used for one second from the start of their read', async () => {
    let now = 0
    const states = new StateCache(() => now)
    await states.read('a', async () => {
      now = 600
      return { state: ready, etag: 'e' }
    })
    expect(states.find('a')).toBe(ready)
    expect(states.find('b')).toBeUndefined()
    now = 999
    states.find('a')
    expect(states.find('a')).toBe(ready)
    now = 1000
    expect(states.find('a')).toBeUndefined()
  })

  it('are read again by one request while the others still use them', async () => {
    let now = 0
    const states = new StateCache(() => now)
    await states.read('a', answer(ready))
    now = 700
    expect(states.find('a')).toBeUndefined()
    expect(states.find('a')).toBe(ready)
    await states.read('a', answer(ready))
    now = 1399
    expect(states.find('a')).toBe(ready)
  })

  it('are those of ready images only', async () => {
    const states = new StateCache()
    expect(await states.read('a', answer(queued))).toEqual({ state: queued, etag: 'e' })
    expect(states.find('a')).toBeUndefined()
    await states.read('a', answer(ready))
    expect(states.find('a')).toBe(ready)
    await states.read('a', async () => undefined)
    expect(states.find('a')).toBeUndefined()
  })

  it('are forgotten after a change', async () => {
    const states = new StateCache()
    await states.read('a', answer(ready))
    states.forget('a')
    expect(states.find('a')).toBeUndefined()
  })
})
