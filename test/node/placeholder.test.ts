import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { decodePlaceholder } from '../../src/codec/placeholder/decode.ts'
import { loadPlaceholder } from '../../src/codec/placeholder/model.ts'
import { isPreview, PREVIEW_HEADER } from '../../src/format/preview.ts'
import { readHeader } from '../../src/format/reader.ts'
import { writeStrata } from '../../src/format/writer.ts'
import { composeEncode, composePreview } from '../../src/node/compose.ts'
import { resizeLanczos } from '../../src/node/ingest/ingest.ts'
import { placeholderCode, placeholderPreview, previewOf } from '../../src/node/placeholder.ts'
import { createOriginApp } from '../../src/origin/app.ts'
import { readConfig } from '../../src/origin/config.ts'
import { resample } from '../../src/pixels/resample.ts'
import { createWasmRuntime } from '../../src/runtime/node.ts'
import { sampleParts } from '../format/files.ts'
import { fakeEncode, plainPng } from '../origin/fixtures.ts'
import { noise, photo } from '../pictures.ts'

const ladder = [{ width: 320, quality: 50 }]
const pictureIn = (uri: string | undefined) => sharp(Buffer.from((uri ?? '').split(',')[1] ?? '', 'base64'))

describe('previewOf', () => {
  it.each([
    [900, 600, 20, 13],
    [600, 900, 13, 20],
    [2, 4000, 1, 20],
  ])('has the shape of %i x %i', async (width, height, wide, high) => {
    const uri = await previewOf({ ...photo(32, 32), data: photo(32, 32).data.fill(90) }, { width, height })
    expect(uri).toMatch(/^data:image\/png;base64,/)
    expect(await pictureIn(uri).metadata()).toMatchObject({ format: 'png', width: wide, height: high })
  })

  it('fits even where nothing can be predicted', async () => {
    expect(isPreview(await previewOf(noise(32, 32), { width: 50, height: 50 }))).toBe(true)
  })
})

describe('a placeholder in a file', () => {
  it('comes back as the picture', async () => {
    const runtime = await createWasmRuntime()
    const image = photo(320, 200)
    const placeholder = await placeholderCode(image, runtime)
    expect(placeholder).toHaveLength(48)
    const parts = { ...sampleParts(320, 200, ladder), placeholder: placeholder! }
    const file = writeStrata({ ...parts, modelSet: runtime.manifest.modelSet })
    expect(readHeader(file).placeholder).toEqual(placeholder)
    const shown = await pictureIn(await placeholderPreview(file, runtime))
      .raw()
      .toBuffer({ resolveWithObject: true })
    const decoded = decodePlaceholder(await loadPlaceholder(runtime), placeholder!)
    const { width, height } = shown.info
    expect(Math.round((width * 200) / 320)).toBe(height)
    expect(new Uint8Array(shown.data)).toEqual(resample(decoded, width, height).data)
    // Without the model, or with codes that are not this model's, there is nothing to show.
    expect(await placeholderPreview(writeStrata(parts), runtime)).toBeUndefined()
    const odd = { ...parts, modelSet: runtime.manifest.modelSet, placeholder: new Uint8Array(20) }
    expect(await placeholderPreview(writeStrata(odd), runtime)).toBeUndefined()
    const bare = { ...runtime, manifest: { ...runtime.manifest, files: {} } }
    expect(await placeholderPreview(file, bare)).toBeUndefined()
    expect(await placeholderCode(image, bare)).toBeUndefined()
  })
})

describe('the codec of the origin', () => {
  it('puts three steps into the header, and makes their picture', async () => {
    const encode = await composeEncode({ verify: false })
    const [width, height] = [96, 64]
    const request = { ladder: [{ width, quality: 40 }], sha256: new Uint8Array(16), resize: resizeLanczos }
    const file = await encode(photo(width, height), request)
    expect(readHeader(file).placeholder).toHaveLength(48)
    expect(await pictureIn(await composePreview(file)).metadata()).toMatchObject({ format: 'png' })
    const given = await encode(photo(width, height), { ...request, placeholder: new Uint8Array(16) })
    expect(readHeader(given).placeholder).toEqual(new Uint8Array(16))
  })
})

describe('POST /encode', () => {
  it.each([['data:image/png;base64,AAAA'], [undefined]])('sends the preview %s', async (uri) => {
    const app = createOriginApp({ encode: fakeEncode, preview: async () => uri, config: readConfig({}) })
    const response = await app.request('/encode', { method: 'POST', body: await plainPng(300, 200) })
    expect([response.status, response.headers.get(PREVIEW_HEADER)]).toEqual([200, uri ?? null])
  })
})
