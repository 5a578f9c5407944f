import { createServer } from 'node:net'
import { StrataError } from '../../core/errors.ts'

/**
 * Makes sure that nobody listens on the port, here or on all addresses.
 * @throws StrataError PORT_BUSY that says which variable chooses another
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
