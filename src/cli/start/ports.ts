import { createServer } from 'node:net'
import { StrataError } from '../../core/errors.ts'

/**
 * Checks that no program listens on the port.
 * @param variable named in the message as the way to choose another port
 * @throws StrataError PORT_BUSY
 */
export async function requireFreePort(port: number, variable: string, host = '127.0.0.1'): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'is already in use' : `cannot be used (${cause.message})`
      const message = `port ${port} ${reason}: stop the other program or set ${variable}`
      reject(new StrataError('PORT_BUSY', message, { cause }))
    })
    probe.listen(port, host, () => probe.close(() => resolve()))
  })
}
