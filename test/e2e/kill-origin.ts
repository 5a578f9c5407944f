/** The origin of kill.test.ts, a process of its own: real server and ingest, and a codec that takes a while. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createOriginApp } from '../../src/origin/app.ts'
import { readConfig } from '../../src/origin/config.ts'
import { startServer } from '../../src/origin/server.ts'
import { fakeEncode } from '../origin/fixtures.ts'

const config = readConfig(process.env)
const app = createOriginApp({
  config,
  async encode(image, request) {
    await sleep(100 + 400 * Math.random())
    return await fakeEncode(image, request)
  },
})
const { url } = await startServer(app, config)
process.stdout.write(`ready ${url}\n`)
