import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openPictureFolder, uploadFolder } from '../../../src/cli/start/picture-folder.ts'
import { folder, strata } from '../harness.ts'

const MODELS = '0123456789abcdef'

interface Stored {
  readonly state: string
  readonly modelSet?: string
  readonly source?: { readonly sha256: string }
  readonly error?: { readonly code: string; readonly message: string }
}

/** An edge that encodes at once what is sent, except a picture whose content is `broken`. */
async function instantEdge(images: Record<string, Stored> = {}) {
  const asked: string[] = []
  const server = createServer(async (request, response) => {
    const id = request.url?.split('/')[3]?.replace('.json', '') ?? ''
    const send = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body))
    if (request.method !== 'GET') asked.push(`${request.method} ${request.url?.replace('/cdn/img/', '')}`)
    if (request.method === 'PUT') {
      const body = await text(request)
      if (body === 'broken')
        return void send(422, { error: { code: 'INPUT_CORRUPT', message: 'picture: cut off' } })
      images[id] = ready(body)
    }
    if (request.method === 'POST') images[id] = { ...images[id]!, modelSet: MODELS }
    if (images[id] === undefined)
      return void send(404, { error: { code: 'NOT_FOUND', message: 'image: there is none' } })
    send(request.method === 'GET' ? 200 : 202, images[id])
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => void server.close())
  return { asked, base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/cdn` }
}

function ready(content: string, modelSet = MODELS): Stored {
  const sha256 = createHash('sha256').update(content).digest('hex').slice(0, 32)
  return { state: 'ready', modelSet, source: { sha256 } }
}

async function run(path: string, base: string): Promise<string[]> {
  const lines: string[] = []
  const target = { base, timeoutMs: 10_000, pauseMs: 1 }
  await uploadFolder(await openPictureFolder(path), target, {
    modelSet: MODELS,
    print: (line) => void lines.push(line.replaceAll(path, 'DIR')),
  })
  return lines
}

describe('the folder of strata start', () => {
  it('is uploaded with subfolders, under the ids of strata upload, without what is no picture', async () => {
    const dir = await folder({
      'my cat.jpg': 'cat',
      '東京.png': 'tokyo',
      'notes.txt': 'milk',
      '.hidden.png': 'x',
    })
    await mkdir(join(dir, 'trips'))
    await writeFile(join(dir, 'trips', 'Zürich.webp'), 'lake')
    const { asked, base } = await instantEdge()
    const lines = await run(dir, base)
    expect(asked.sort()).toEqual([
      'PUT 1d6f7df8-png',
      'PUT my-cat-jpg',
      expect.stringMatching(/^PUT trips-Zurich-[0-9a-f]{8}-webp$/),
    ])
    expect(lines.slice(0, 2)).toEqual([
      'skipped, no pictures by their names: DIR/notes.txt',
      '3 of 3 pictures to be encoded, 0 stored before',
    ])
    expect(lines.slice(2)).toContainEqual(
      expect.stringMatching(/^DIR\/my cat\.jpg is ready as my-cat-jpg, \d of 3$/),
    )
    expect(lines.at(-1)).toMatch(/, 3 of 3$/)
  })

  it('sends only what is not stored with the same bytes, and renews what other models encoded', async () => {
    const dir = await folder({ 'a.png': 'same', 'b.png': 'changed', 'c.png': 'old models' })
    const images = { 'a-png': ready('same'), 'b-png': ready('before'), 'c-png': ready('old models', 'ffff') }
    const { asked, base } = await instantEdge(images)
    const lines = await run(dir, base)
    expect(asked).toEqual(['PUT b-png', 'POST c-png/encode'])
    expect(lines[0]).toBe('2 of 3 pictures to be encoded, 1 stored before')
    await run(dir, base)
    expect(asked).toHaveLength(2)
  })

  it('reports a picture that fails and goes on with the others', async () => {
    const dir = await folder({ 'a.png': 'broken', 'b.png': 'fine' })
    const { base } = await instantEdge()
    expect(await run(dir, base)).toEqual([
      'DIR/a.png failed: picture: cut off',
      '1 of 2 pictures to be encoded, 0 stored before',
      'DIR/b.png is ready as b-png, 1 of 1',
    ])
  })

  it('is refused before anything starts when it is missing, empty, a file or ambiguous', async () => {
    const dir = await folder({ 'notes.txt': 'milk', 'a b.png': 'x', 'a-b.png': 'y' })
    await mkdir(join(dir, 'empty'))
    const outcome = async (path: string) => {
      const { code, err } = await strata(['start', path], { env: { PORT: '1' } })
      return [code, err]
    }
    for (const name of ['missing', 'notes.txt'])
      expect(await outcome(join(dir, name))).toEqual([
        1,
        `strata: ${join(dir, name)}: expected a folder of pictures, found none\n`,
      ])
    expect(await outcome(join(dir, 'empty'))).toEqual([
      1,
      expect.stringContaining('expected pictures in the folder'),
    ])
    expect(await outcome(dir)).toEqual([2, expect.stringContaining('would both get the id a-b-png')])
  })
})
