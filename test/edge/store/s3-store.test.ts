import { afterAll, describe } from 'vitest'
import { s3Store } from '../../../src/edge/store/s3/s3-store.ts'
import { objectStoreConformance } from '../../conformance/object-store.ts'
import { HAS_MOTO, type S3Server, startMoto, startS3rver } from '../../e2e/s3-servers.ts'

const servers: S3Server[] = []
afterAll(async () => {
  for (const server of servers) await server.stop()
})

async function started(server: Promise<S3Server>): Promise<S3Server> {
  servers.push(await server)
  return await server
}

objectStoreConformance('S3 (s3rver)', {
  make: async () => s3Store((await started(startS3rver())).options),
  lacks: ['conditional writes', 'whole writes', 'listings'],
})

describe.skipIf(!HAS_MOTO)('moto', () => {
  // It looks and then writes, in threads.
  const lacks = ['atomic conditions'] as const
  objectStoreConformance('S3 (moto)', {
    make: async () => s3Store((await started(startMoto())).options),
    lacks,
  })
  objectStoreConformance('S3 (moto) below a prefix', {
    make: async () => s3Store({ ...(await started(startMoto())).options, prefix: 'a/b-' }),
    lacks,
  })
})
