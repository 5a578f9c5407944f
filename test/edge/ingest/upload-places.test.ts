import { describe, expect, it } from 'vitest'
import { HttpError } from '../../../src/edge/errors.ts'
import { UploadPlaces } from '../../../src/edge/ingest/upload-places.ts'
import type { Chunks } from '../../../src/edge/sources/chunks.ts'
import { HeldBytes } from '../../../src/edge/sources/held-bytes.ts'

/** An upload of so many bytes that counts how often it was given up. */
function uploadOf(length: number) {
  const given = { up: 0 }
  const chunks: Chunks = {
    next: async () => undefined,
    async cancel() {
      given.up++
    },
  }
  return { upload: { chunks, length, contentType: 'image/png' }, given }
}

const FOREVER_MS = 600_000

describe('places of uploads', () => {
  it('are given to those that wait, when others leave', async () => {
    const places = new UploadPlaces({ atOnce: 2, waitMs: FOREVER_MS })
    const first = await places.enter(uploadOf(1e6).upload)
    await places.enter(uploadOf(1e6).upload)
    const waiting = places.enter(uploadOf(1e6).upload)
    first.leave()
    await expect(waiting).resolves.toBeDefined()
  })

  it('are waited for only so long: then the upload is given up with 503 and Retry-After', async () => {
    const places = new UploadPlaces({ atOnce: 1, waitMs: 5 })
    await places.enter(uploadOf(1e6).upload)
    const { upload, given } = uploadOf(1e6)
    const error = await places.enter(upload).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(HttpError)
    expect(error).toMatchObject({ code: 'UPLOAD_BUSY', status: 503 })
    expect((error as HttpError).headers['Retry-After']).toMatch(/^[1-9]\d*$/)
    expect(given.up).toBe(1)
  })

  it('are refused at once where too many wait', async () => {
    const places = new UploadPlaces({ atOnce: 1, waiting: 1, waitMs: FOREVER_MS })
    const first = await places.enter(uploadOf(1e6).upload)
    const waiting = places.enter(uploadOf(1e6).upload)
    const { upload, given } = uploadOf(1e6)
    await expect(places.enter(upload)).rejects.toMatchObject({ code: 'UPLOAD_BUSY' })
    expect(given.up).toBe(1)
    first.leave()
    await expect(waiting).resolves.toBeDefined()
  })

  it('are free again where an upload was cut off with its request', async () => {
    const places = new UploadPlaces({ atOnce: 1, waitMs: FOREVER_MS, silentSeconds: 0 })
    await places.enter(uploadOf(1e6).upload)
    await expect(places.enter(uploadOf(1e6).upload)).resolves.toBeDefined()
  })

  it('hold room in memory until they are left; one that gets no more is busy', async () => {
    const places = new UploadPlaces({
      held: new HeldBytes({ limit: 30, largest: 20, waitMs: 5, silentMs: FOREVER_MS }),
    })
    const unsized = { ...uploadOf(1).upload, length: undefined }
    const [first, second, third] = [
      await places.enter(unsized),
      await places.enter(unsized),
      await places.enter(unsized),
    ]
    await first.hold(20)
    await second.hold(10)
    const error = await third.hold(1).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'UPLOAD_BUSY', status: 503 })
    expect((error as HttpError).headers['Retry-After']).toMatch(/^[1-9]\d*$/)
    second.leave()
    await expect(third.hold(10)).resolves.toBeUndefined()
  })
})
