import { once } from 'node:events'
import { createOriginApp } from '../../origin/app.ts'
import { describeUnknownVariables, maskSecrets, readConfig } from '../../origin/config.ts'
import { createLog } from '../../origin/log.ts'
import { startServer } from '../../origin/server.ts'
import { defineCommand } from '../command.ts'

export const serve = defineCommand({
  name: 'serve',
  description:
    'Run the origin, which encodes and renders for the edge; settings come from ORIGIN_* variables',
  args: {
    port: { type: 'string', description: 'Instead of ORIGIN_PORT (8788)', valueHint: 'port' },
    host: { type: 'string', description: 'Instead of ORIGIN_HOST (127.0.0.1)', valueHint: 'address' },
    'print-config': { type: 'boolean', description: 'Print the settings and end' },
  },
  async run(args, io) {
    const overrides = {
      ...(args.port === undefined ? {} : { ORIGIN_PORT: args.port }),
      ...(args.host === undefined ? {} : { ORIGIN_HOST: args.host }),
    }
    const config = readConfig({ ...io.env, ...overrides })
    for (const line of describeUnknownVariables(io.env)) io.err(`strata: ${line}\n`)
    if (args['print-config']) {
      const shown = maskSecrets(config)
      return { json: shown, text: JSON.stringify(shown, null, 2) }
    }
    const stop = io.stopSignal()
    const log = createLog((line) => io.err(line))
    const { encode, preview, ...codec } = await io.codec()
    const prepare = () =>
      codec.prepare({ provider: config.provider, onProvider: (chosen) => log('provider', { ...chosen }) })
    // Load the models first: an origin that cannot encode must fail before it accepts work.
    await prepare()
    const draining = () => stop.aborted
    const app = createOriginApp({ encode, preview, config, log, prepare, draining })
    const server = await startServer(app, config)
    io.out(args.json ? `${JSON.stringify({ ready: server.url })}\n` : `ready ${server.url}/\n`)
    if (!stop.aborted) await once(stop, 'abort')
    log('stopping', { reason: String(stop.reason) })
    await server.close()
    return { json: { stopped: server.url }, text: 'stopped' }
  },
})
