import { once } from 'node:events'
import { createServer, request as forward, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Started } from '../e2e/servers.ts'

/** A request as the network saw it. */
export interface Recorded {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly range: string | undefined
  readonly ifRange: string | undefined
  /** Bytes of the body. */
  readonly bytes: number
}

interface Answer {
  status: number
  body: Buffer
}

export interface Recorder extends Started {
  /** Changes answers on their way. */
  alter: ((path: string, answer: Answer) => void) | undefined
  /** All requests that were answered, without those that ask for permission (CORS), and forgets them. */
  take(): Recorded[]
}

/** A proxy of one server, which notes down what any browser requests of it. */
export async function startRecorder(target: string): Promise<Recorder> {
  let seen: Recorded[] = []
  const server = createServer(async (request, response) => {
    const { method = 'GET', url: path = '/', headers } = request
    try {
      const onward = forward(new URL(path, target), { method, headers })
      request.pipe(onward)
      const [incoming] = (await once(onward, 'response')) as [IncomingMessage]
      const answer = { status: incoming.statusCode ?? 502, body: Buffer.concat(await incoming.toArray()) }
      recorder.alter?.(path, answer)
      const { status, body } = answer
      const { range, 'if-range': ifRange } = headers
      if (method !== 'OPTIONS')
        seen.push({ method, path, status, range, ifRange: ifRange as string | undefined, bytes: body.length })
      const { 'content-length': _, 'transfer-encoding': __, ...others } = incoming.headers
      response.writeHead(status, others).end(body)
    } catch {
      response.destroy()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const recorder: Recorder = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    alter: undefined,
    take() {
      const taken = seen
      seen = []
      return taken
    },
    async stop() {
      server.closeAllConnections()
      server.close()
    },
  }
  return recorder
}
