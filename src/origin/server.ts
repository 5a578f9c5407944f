import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { StrataError } from '../core/errors.ts'
import type { OriginConfig } from './config.ts'

export { composeEncode, prepareEncode } from '../node/compose.ts'
export type { EncodePicture, EncodeRequest } from '../node/encode.ts'
export { createOriginApp, type OriginAppOptions } from './app.ts'
export { type OriginConfig, readConfig } from './config.ts'

export interface RunningServer {
  /** As a browser would write it, without a slash at the end. */
  readonly url: string
  /** Stops accepting, lets running requests finish for at most `drainSeconds`, then cuts them off. */
  close(): Promise<void>
}

/**
 * Listens on config.host:config.port (0 = any free port).
 * @throws StrataError PORT_BUSY, or the system's error for any other reason not to listen
 */
export async function startServer(
  app: { fetch(request: Request): Response | Promise<Response> },
  config: Pick<OriginConfig, 'host' | 'port' | 'bodySeconds' | 'drainSeconds'>,
): Promise<RunningServer> {
  const server = createAdaptorServer({ fetch: (request) => app.fetch(request) }) as Server
  server.requestTimeout = config.bodySeconds * 1000
  server.headersTimeout = Math.min(60, config.bodySeconds) * 1000
  await listen(server, config.host, config.port)
  const { port } = server.address() as AddressInfo
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  return { url: `http://${host}:${port}`, close: () => drain(server, config.drainSeconds) }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error)
      const message = `port ${port} on ${host} is already in use: stop the other program or choose another port`
      reject(new StrataError('PORT_BUSY', message, { cause: error }))
    })
    server.listen(port, host, resolve)
  })
}

async function drain(server: Server, seconds: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // Connections that are kept alive become idle one by one, as their last answers go out.
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  const cut = setTimeout(() => server.closeAllConnections(), seconds * 1000)
  await closed
  clearInterval(sweep)
  clearTimeout(cut)
}
