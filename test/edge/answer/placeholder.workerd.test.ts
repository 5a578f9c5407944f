import { describe, expect, it } from 'vitest'
import { PREVIEW_HEADER } from '../../../src/format/preview.ts'
import { createCdn, strataFile } from '../cdn.ts'

async function infoAfter(id: string, headers: Record<string, string>) {
  const file = strataFile(31, [320, 640])
  const cdn = createCdn(() => new Response(file as Uint8Array<ArrayBuffer>, { headers }))
  await cdn.put(`/cdn/img/${id}`)
  const info = await (await cdn.get(`/cdn/img/${id}.json`)).json<{ placeholder: unknown }>()
  return info.placeholder
}

describe('the placeholder in the info of an image', () => {
  it('is the picture that the origin made', async () => {
    const dataUri = 'data:image/png;base64,iVBORw0KGgo='
    expect(await infoAfter('shown', { [PREVIEW_HEADER]: dataUri })).toEqual({
      ...{ steps: 3, dataUri },
      base64: expect.stringMatching(/^[\w+/]{64}$/),
    })
  })

  it.each<Record<string, string>>([{}, { [PREVIEW_HEADER]: 'data:image/svg+xml,<svg onload=alert(1)>' }])(
    'is null with %j',
    async (headers) => {
      expect(await infoAfter('bare', headers)).toMatchObject({ steps: 3, dataUri: null })
    },
  )
})
