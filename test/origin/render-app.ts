import sharp from 'sharp'
import { expect } from 'vitest'
import { createOriginApp, type OriginAppOptions } from '../../src/origin/app.ts'
import { readConfig } from '../../src/origin/config.ts'
import { photo } from '../pictures.ts'
import { fakeEncode } from './fixtures.ts'

/** What an origin has where nothing is set. */
export const config = readConfig({})

/** An origin, and how it is asked to render. */
export function makeApp(options: Partial<OriginAppOptions> = {}) {
  const app = createOriginApp({ encode: fakeEncode, config, ...options })
  const post = async (body: Uint8Array | string | null, query = '', init: RequestInit = {}) =>
    await app.request(`/render${query}`, { method: 'POST', body: body as Uint8Array<ArrayBuffer>, ...init })
  return { app, post }
}

export async function photoJpeg(width = 240, height = 160): Promise<Uint8Array> {
  const { data } = photo(width, height)
  return await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg()
    .toBuffer()
}

/** The code of an answer that says what is wrong. */
export async function codeOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error: { code: string; message: string } }
  expect(error.message).not.toBe('')
  return error.code
}
