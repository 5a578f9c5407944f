import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Asked {
  readonly method: string
  /** With the query. */
  readonly path: string
}

/** One origin for a CDN, below /cdn, and the pages of the tests. It notes down what reaches the CDN. */
export class Site {
  readonly #server = createServer((asked, answer) => this.#serve(asked, answer))
  readonly #pages: string
  readonly #cdn: string
  readonly #asked: Asked[] = []
  /** How often each page was asked for. */
  readonly pagesAsked = new Map<string, number>()
  /** Where set, the CDN is as far away as without a network. */
  isCdnDown = false
  /** `Cache-Control` of the CDN's answers. @default its own */
  cacheControl: string | undefined
  url = ''

  /** @param edge address of the server that has the CDN's routes below /cdn */
  constructor(pages: string, edge: string) {
    this.#pages = pages
    this.#cdn = edge
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((done) => this.#server.close(done))
  }

  /** What has reached the CDN since the last call, as `METHOD path`. */
  take(): string[] {
    return this.#asked.splice(0).map(({ method, path }) => `${method} ${path.replace('/cdn/img/', '')}`)
  }

  #serve(asked: IncomingMessage, answer: ServerResponse): void {
    const { method = 'GET', url = '/', headers } = asked
    const isCdn = url.startsWith('/cdn/')
    if (isCdn) this.#asked.push({ method, path: url })
    else this.pagesAsked.set(url, (this.pagesAsked.get(url) ?? 0) + 1)
    if (isCdn && this.isCdnDown) {
      asked.socket.destroy()
      return
    }
    const forwarded = request(new URL(url, isCdn ? this.#cdn : this.#pages), { method, headers })
    forwarded.on('response', (response) => {
      const own = isCdn && this.cacheControl ? { 'cache-control': this.cacheControl } : {}
      answer.writeHead(response.statusCode ?? 502, { ...response.headers, ...own })
      response.pipe(answer)
    })
    forwarded.on('error', () => answer.destroy())
    asked.pipe(forwarded)
  }
}
