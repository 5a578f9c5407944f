/// <reference path="./s3rver.d.ts" />
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import S3rver from 's3rver'
import type { S3StoreOptions } from '../../src/edge/store/s3/options.ts'
import { freePort } from '../free-port.ts'

export interface S3Server {
  /** For a bucket that is there. */
  readonly options: S3StoreOptions
  stop(): Promise<void>
}

const BUCKET = 'strata-images'

/** s3rver checks ids of keys, but no signatures. It knows no conditional writes, leaves an empty object of an upload that breaks off, and lists in an order of its own. */
export async function startS3rver(): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 'strata-s3-'))
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: BUCKET, configs: [] }],
  })
  const { port } = await server.run()
  return {
    options: optionsAt(port),
    async stop() {
      await server.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** The server of moto (PyPI), which knows conditional writes, though two at the very same time may both succeed: `STRATA_MOTO`, or what is on the PATH. */
const MOTO = process.env.STRATA_MOTO || 'moto_server'
export const HAS_MOTO = spawnSync(MOTO, ['-h'], { stdio: 'ignore' }).status === 0

export async function startMoto(): Promise<S3Server> {
  const port = await freePort()
  const server = spawn(MOTO, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
  const exited = once(server, 'exit')
  const url = `http://127.0.0.1:${port}/${BUCKET}`
  while (
    !(await fetch(url, { method: 'PUT' }).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (server.exitCode !== null) throw new Error(`${MOTO} ended with ${server.exitCode}`)
    await sleep(50)
  }
  return {
    options: optionsAt(port),
    async stop() {
      server.kill()
      await exited
    },
  }
}

function optionsAt(port: number): S3StoreOptions {
  // s3rver knows this key only.
  const key = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }
  return { endpoint: `http://127.0.0.1:${port}`, bucket: BUCKET, region: 'us-east-1', ...key }
}
