import { describe, expect, it } from 'vitest'
import { parseSources } from '../../../src/edge/sources/parse-sources.ts'
import { checkSources } from '../../../src/edge/sources/source-options.ts'

const MEDIA = { get: async () => null }
const bucket = (name: string) => ({ MEDIA, TEXT: 'a text' })[name]

describe('the text of sources', () => {
  it('names websites, buckets and folders, separated by anything', () => {
    const text = `site=https://www.example.com/media/?revalidate=60, all=r2:MEDIA
      some=r2:MEDIA/photos/2026?revalidate=0 local=folder:http://127.0.0.1:8789/`
    const sources = parseSources(text, { bucket, hosts: ['*.example.com'] })
    expect(sources).toEqual({
      site: { url: 'https://www.example.com/media/', hosts: ['*.example.com'], revalidate: 60 },
      all: { bucket: MEDIA },
      some: { bucket: MEDIA, prefix: 'photos/2026/', revalidate: 0 },
      local: { folder: 'http://127.0.0.1:8789/' },
    })
    expect(() => checkSources(sources)).not.toThrow()
    expect(parseSources(' ', { bucket })).toEqual({})
  })

  it('takes websites on this machine only where that is said', () => {
    const text = 'here=http://127.0.0.1:8080/'
    expect(() => checkSources(parseSources(text, { bucket }))).toThrow(/here\.url: expected .* public host/)
    expect(() => checkSources(parseSources(text, { bucket, loopback: true }))).not.toThrow()
  })

  it.each([
    ['https://www.example.com/', 'expected name=https://host/path/'],
    ['site', 'expected name=https://host/path/'],
    ['site=', 'expected name=https://host/path/'],
    ['=https://www.example.com/', 'expected name=https://host/path/'],
    ['a.b=https://www.example.com/', 'expected name=https://host/path/'],
    ['site=www.example.com', 'expected name=https://host/path/'],
    ['site=https://www.example.com/?revalidate=soon', 'expected name=https://host/path/'],
    ['a=r2:MEDIA a=r2:MEDIA', 'expected different names, got a twice'],
    ['a=r2:NONE', 'expected an R2 bucket bound as NONE; see [[r2_buckets]]'],
    ['a=r2:TEXT', 'expected an R2 bucket bound as TEXT'],
  ])('%s is refused', (text, expected) => {
    expect(() => parseSources(text, { bucket })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringContaining(expected) }),
    )
  })
})
