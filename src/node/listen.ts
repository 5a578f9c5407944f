import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'

/** Has a server listen where only programs of this machine reach it. @returns the port, a free one */
export async function listenOnLoopback(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
