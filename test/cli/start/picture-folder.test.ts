import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { FolderServer } from '../../../src/cli/start/folder-server.ts'
import { PictureFolder } from '../../../src/cli/start/picture-folder.ts'
import { folder, strata } from '../harness.ts'

async function open(path: string) {
  const opened = await PictureFolder.open(path)
  const server = await FolderServer.open(opened)
  onTestFinished(() => {
    server.close()
    opened.close()
  })
  const get = (name: string, headers: Record<string, string> = {}) =>
    fetch(`${server.url}${name.split('/').map(encodeURIComponent).join('/')}`, { headers })
  return { opened, server, get }
}

describe('the folder of strata start', () => {
  it('lists the pictures of its subfolders, without hidden files and other files', async () => {
    const dir = await folder({ 'my cat.jpg': 'a', '東京.png': 'b', 'notes.txt': 'c', '.hidden.png': 'd' })
    await mkdir(join(dir, 'trips', '.cache'), { recursive: true })
    await writeFile(join(dir, 'trips', 'Zürich.webp'), 'lake')
    await writeFile(join(dir, 'trips', '.cache', 'a.png'), 'x')
    const { server, opened } = await open(dir)
    expect(await opened.list()).toEqual(['my cat.jpg', 'trips/Zürich.webp', '東京.png'])
    expect(await (await fetch(server.url)).json()).toEqual({ paths: await opened.list() })
  })

  it('is read again when files are added, changed and deleted', async () => {
    const dir = await folder({ 'a.png': 'a' })
    await mkdir(join(dir, 'sub'))
    const { opened } = await open(dir)
    const changed = () => new Promise<void>((resolve) => opened.onChange(resolve))
    const change = changed()
    await writeFile(join(dir, 'sub', 'b.png'), 'b')
    await change
    expect(await opened.list()).toEqual(['a.png', 'sub/b.png'])
  })

  it('serves files with an ETag that changes with them', async () => {
    const dir = await folder({ 'my cat.jpg': 'a cat' })
    const { get } = await open(dir)
    const first = await get('my cat.jpg')
    expect([first.status, await first.text()]).toEqual([200, 'a cat'])
    const etag = first.headers.get('ETag') ?? ''
    const again = await get('my cat.jpg', { 'If-None-Match': etag })
    expect([again.status, await again.text()]).toEqual([304, ''])
    await writeFile(join(dir, 'my cat.jpg'), 'a dog')
    const other = await get('my cat.jpg', { 'If-None-Match': etag })
    expect([other.status, await other.text()]).toEqual([200, 'a dog'])
  })

  it('serves no folder, no hidden file and no file outside', async () => {
    const outside = await folder({ 'secret.png': 'secret' })
    const dir = await folder({ 'a.png': 'a', '.hidden.png': 'b', 'notes.txt': 'c', 'empty.png': '' })
    await mkdir(join(dir, '.git'))
    await writeFile(join(dir, '.git', 'c.png'), 'c')
    await mkdir(join(dir, 'folder.png'))
    await symlink(join(outside, 'secret.png'), join(dir, 'link.png'))
    await symlink(outside, join(dir, 'way'))
    await symlink(join(dir, '.git', 'c.png'), join(dir, 'shown.png'))
    await symlink(join(dir, 'a.png'), join(dir, 'inside.png'))
    const { get, server } = await open(dir)
    for (const name of [
      '.hidden.png',
      '.git/c.png',
      'folder.png',
      'link.png',
      'way/secret.png',
      'shown.png',
      'notes.txt',
      'none.png',
      'a.png/',
      '//a.png',
    ])
      expect((await get(name)).status, name).toBe(404)
    expect((await get('inside.png')).status).toBe(200)
    expect((await get('empty.png')).headers.get('Content-Length')).toBe('0')
    const raw = (path: string, host?: string) =>
      new Promise((resolve, reject) => {
        const { port } = new URL(server.url)
        const headers = host === undefined ? {} : { host }
        httpRequest({ port, host: '127.0.0.1', path, headers }, (response) =>
          resolve(response.resume().statusCode),
        )
          .on('error', reject)
          .end()
      })
    const traversal = `/..%2f${encodeURIComponent((await realpath(outside)).split('/').pop() ?? '')}%2fsecret.png`
    expect(await raw(traversal)).toBe(404)
    expect(await raw('/../secret.png')).toBe(404)
    expect(await raw('/%ff.png')).toBe(404)
    expect(await raw('/a.png', 'pictures.example.com')).toBe(403)
    expect((await fetch(`${server.url}a.png`, { method: 'POST' })).status).toBe(403)
  })

  it('is refused before anything starts when it is missing, empty or a file', async () => {
    const dir = await folder({ 'notes.txt': 'milk' })
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
    const found = expect.stringContaining('expected pictures in the folder')
    expect(await outcome(join(dir, 'empty'))).toEqual([1, found])
  })
})
