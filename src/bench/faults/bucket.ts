import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { S3StoreOptions } from '../../edge/store/s3/options.ts'
import { listenOnLoopback } from '../../node/listen.ts'
import { BucketObjects } from './objects.ts'
import type { BucketFault, Weather } from './weather.ts'

const BUCKET = 'images'
/** Milliseconds that a request hangs before its connection breaks: longer than the edge waits for an answer. */
const HANG_MS = 12_000
const KEPT_HEADER = /^(content-type|x-amz-meta-.*)$/

/**
 * A bucket with the part of the S3 API that the edge uses, conditional writes included. Depending on the weather it
 * fails, hangs, sends half an answer or is full. It checks no signatures, because it listens on loopback only.
 */
export class FaultyBucket {
  readonly objects = new BucketObjects()
  readonly #weather: Weather
  readonly #server: Server
  #port = 0

  constructor(weather: Weather) {
    this.#weather = weather
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy())
    })
  }

  async open(): Promise<void> {
    this.#port = await listenOnLoopback(this.#server)
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  /** Once it is open. */
  get options(): S3StoreOptions {
    const key = { accessKeyId: 'faults', secretAccessKey: 'faults' }
    return { endpoint: `http://127.0.0.1:${this.#port}`, bucket: BUCKET, region: 'auto', ...key }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = this.#weather.bucket(request.method === 'PUT')
    if (fault === 'hang') {
      await sleep(HANG_MS, undefined, { ref: false })
      return void response.destroy()
    }
    if (fault === 'half' && request.method === 'PUT') {
      await new Promise((resolve) => request.once('data', resolve).once('end', resolve))
      return void response.destroy()
    }
    const body = await readBody(request)
    // Half an upload is none.
    if (body === undefined) return void response.destroy()
    if (fault === 'fail') return refuse(response, 500, 'InternalError')
    if (fault === 'full') return refuse(response, 507, 'InsufficientStorage')
    this.#perform(request, body, response, fault)
  }

  #perform(request: IncomingMessage, body: Uint8Array, response: ServerResponse, fault: BucketFault): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://bucket')
    const key = decodeURIComponent(pathname.slice(BUCKET.length + 2))
    // The object is written, but the answer is lost.
    const answer = fault === 'fail-after' ? new Muffled(response) : response
    if (key === '') this.#list(searchParams, answer)
    else if (request.method === 'PUT') this.#put(key, body, request, answer)
    else if (request.method === 'DELETE') {
      this.objects.delete(key)
      answer.writeHead(204).end()
    } else this.#get(key, request, answer, fault === 'half')
  }

  #put(key: string, body: Uint8Array, { headers }: IncomingMessage, response: Answer): void {
    const kept = Object.entries(headers).filter(([name]) => KEPT_HEADER.test(name))
    const conditions = { ifMatch: headers['if-match'], ifNoneMatch: headers['if-none-match'] }
    const written = this.objects.put(
      key,
      body,
      Object.fromEntries(kept) as Record<string, string>,
      conditions,
    )
    if (typeof written !== 'string') response.writeHead(200, { ETag: written.etag }).end()
    else refuse(response, written === 'NoSuchKey' ? 404 : 412, written)
  }

  #get(key: string, { headers, method }: IncomingMessage, response: Answer, isHalf: boolean): void {
    const object = this.objects.get(key)
    if (object === undefined) {
      refuse(response, 404, 'NoSuchKey')
      return
    }
    const { bytes, etag, modified } = object
    const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '')
    const start = Number(range?.[1] ?? 0)
    if (start >= bytes.length && range) {
      refuse(response, 416, 'InvalidRange')
      return
    }
    const end = Math.min(bytes.length, range ? Number(range[2]) + 1 : bytes.length)
    response.writeHead(range ? 206 : 200, {
      ...object.headers,
      ...(range && { 'Content-Range': `bytes ${start}-${end - 1}/${bytes.length}` }),
      ...{ ETag: etag, 'Last-Modified': new Date(modified).toUTCString(), 'Content-Length': end - start },
    })
    if (method === 'HEAD') response.end()
    else if (isHalf) response.write(bytes.subarray(start, (start + end) >> 1), () => response.destroy())
    else response.end(bytes.subarray(start, end))
  }

  #list(query: URLSearchParams, response: Answer): void {
    const [after, most] = [query.get('start-after') ?? '', Number(query.get('max-keys') ?? 1000)]
    const keys = this.objects.keys(query.get('prefix') ?? '').filter((key) => key > after)
    const contents = keys.slice(0, most).map((key) => {
      const object = this.objects.get(key)
      const [modified, size] = [new Date(object?.modified ?? 0).toISOString(), object?.bytes.length]
      const parts = [`<Key>${encodeURIComponent(key)}</Key>`, `<LastModified>${modified}</LastModified>`]
      return `<Contents>${parts.join('')}<Size>${size}</Size></Contents>`
    })
    const more = `<IsTruncated>${keys.length > most}</IsTruncated><EncodingType>url</EncodingType>`
    response.writeHead(200, { 'Content-Type': 'application/xml' })
    response.end(`<ListBucketResult>${more}${contents.join('')}</ListBucketResult>`)
  }
}

type Answer = Pick<ServerResponse, 'end' | 'write' | 'destroy'> & {
  writeHead(status: number, headers?: Record<string, string | number>): { end(): unknown }
}

/** Sends 500 instead of any answer. */
class Muffled implements Answer {
  readonly #response: ServerResponse

  constructor(response: ServerResponse) {
    this.#response = response
  }

  writeHead(): this {
    return this
  }

  end(): ServerResponse {
    refuse(this.#response, 500, 'InternalError')
    return this.#response
  }

  write(): boolean {
    return true
  }

  destroy(): ServerResponse {
    return this.#response.destroy()
  }
}

function refuse(response: Answer, status: number, code: string): void {
  response.writeHead(status, { 'Content-Type': 'application/xml' })
  response.end(`<Error><Code>${code}</Code></Error>`)
}

/** @returns undefined when the body breaks off */
async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = []
  try {
    for await (const part of request) parts.push(part as Uint8Array)
  } catch {
    return undefined
  }
  return request.complete ? Buffer.concat(parts) : undefined
}
