import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { askAll } from '../../../src/bench/burst/clients.ts'

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('askAll', () => {
  it('requests each address once, with limited concurrency', async () => {
    const asked: string[] = []
    let [now, most] = [0, 0]
    const url = await serve((request, response) => {
      asked.push(`${request.url} ${request.headers.accept}`)
      most = Math.max(most, ++now)
      setTimeout(() => {
        now--
        response.end('hello')
      }, 20)
    })
    const urls = Array.from({ length: 10 }, (_, i) => `${url}/${i}`)
    const { answers, wallMs } = await askAll(urls, { connections: 3, accept: 'image/avif' })
    expect(asked.sort()).toEqual(urls.map((_, i) => `/${i} image/avif`))
    expect(most).toBe(3)
    expect(answers.map(({ status, bytes, said }) => [status, bytes, said])).toEqual(
      Array(10).fill([200, 5, '']),
    )
    expect(wallMs).toBeGreaterThan(Math.max(...answers.map(({ ms }) => ms)))
  })

  it('records the text of a refusal, and counts a broken answer as missing', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/busy') response.writeHead(503).end('full')
      else response.writeHead(200, { 'Content-Length': 9 }).write('half', () => response.destroy())
    })
    const { answers } = await askAll([`${url}/busy`, `${url}/half`], { connections: 1, accept: '*/*' })
    expect(answers).toMatchObject([
      { status: 503, bytes: 4, said: 'full' },
      { status: 0, bytes: 0 },
    ])
  })

  it('repeats a request, as browsers do, when a kept connection is closed before the answer', async () => {
    const asked: string[] = []
    const url = await serve((request, response) => {
      asked.push(`${request.url}`)
      // The second request of the connection is read and never answered.
      if (asked.length === 2) response.destroy()
      else response.end('hello')
    })
    const urls = ['a', 'b', 'c'].map((name) => `${url}/${name}`)
    const { answers } = await askAll(urls, { connections: 1, accept: '*/*' })
    expect(asked).toEqual(['/a', '/b', '/b', '/c'])
    expect(answers.map(({ status, again }) => [status, again])).toEqual([
      [200, false],
      [200, true],
      [200, false],
    ])
  })

  it('does not repeat a request on a new connection', async () => {
    let asked = 0
    const url = await serve((_, response) => {
      asked++
      response.destroy()
    })
    const { answers } = await askAll([`${url}/a`], { connections: 1, accept: '*/*' })
    expect(answers).toMatchObject([{ status: 0, again: false }])
    expect(asked).toBe(1)
  })

  it('stops when it is aborted', async () => {
    const signal = AbortSignal.abort()
    const asked = askAll(['http://127.0.0.1:9'], { connections: 1, accept: '*/*', signal })
    await expect(asked).rejects.toMatchObject({ code: 'ABORTED' })
  })
})
