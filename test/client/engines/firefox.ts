import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BidiConnection } from './bidi.ts'
import { asJson, type EngineKind, type Tab } from './engine.ts'
import { Program } from './programs.ts'

/** Where the browser is; the environment variable FIREFOX names another. */
const FIREFOX = process.env.FIREFOX ?? '/usr/bin/firefox-esr'

/** It talks to 127.0.0.1 and to nobody else. Much of that is set by the remote protocol itself. */
const PREFERENCES = {
  'app.normandy.enabled': false,
  'browser.region.update.enabled': false,
  'browser.safebrowsing.downloads.remote.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,',
  'toolkit.telemetry.server': '',
}

/** Firefox, over WebDriver BiDi. */
export const firefox: EngineKind = {
  name: 'Firefox',
  programs: [FIREFOX],
  async launch() {
    const profile = await mkdtemp(join(tmpdir(), 'strata-firefox-'))
    const lines = Object.entries(PREFERENCES).map(
      ([name, value]) => `user_pref("${name}", ${JSON.stringify(value)})`,
    )
    await writeFile(join(profile, 'user.js'), lines.join(';\n'))
    const args = ['--headless', '--no-remote', '--remote-debugging-port=0', '--profile', profile]
    const program = new Program(FIREFOX, args)
    const address = await program.line(2, /WebDriver BiDi listening on (ws:\S+)/)
    const bidi = await BidiConnection.open(`${address}/session`)
    const { capabilities } = await bidi.send<{ capabilities: { browserVersion: string } }>('session.new', {
      capabilities: {},
    })
    return {
      version: capabilities.browserVersion,
      open: () => openTab(bidi),
      async close() {
        bidi.close()
        await program.stop()
        await rm(profile, { recursive: true, force: true, maxRetries: 5 })
      },
    }
  },
}

async function openTab(bidi: BidiConnection): Promise<Tab> {
  const { userContext } = await bidi.send<{ userContext: string }>('browser.createUserContext', {})
  const { context } = await bidi.send<{ context: string }>('browsingContext.create', {
    type: 'tab',
    userContext,
  })
  await bidi.send('browsingContext.setViewport', { context, viewport: { width: 1400, height: 1000 } })
  return {
    async goto(url) {
      await bidi.send('browsingContext.navigate', { context, url, wait: 'complete' })
    },
    async evaluate(expression) {
      const answer = await bidi.send<Evaluated>('script.evaluate', {
        expression: asJson(expression),
        target: { context },
        awaitPromise: true,
      })
      if (answer.type === 'exception') throw new Error(answer.exceptionDetails.text)
      return JSON.parse(answer.result.value)
    },
    async screenshot() {
      const { data } = await bidi.send<{ data: string }>('browsingContext.captureScreenshot', { context })
      return Buffer.from(data, 'base64')
    },
    async move(points, press = false) {
      const moves = points.map(({ x, y }) => ({ type: 'pointerMove', x, y, duration: 50 }))
      const button = (type: string) => (press ? [{ type, button: 0 }] : [])
      const actions = [moves[0], ...button('pointerDown'), ...moves.slice(1), ...button('pointerUp')]
      await bidi.send('input.performActions', {
        context,
        actions: [{ type: 'pointer', id: 'mouse', actions }],
      })
    },
    async close() {
      await bidi.send('browsingContext.close', { context })
      await bidi.send('browser.removeUserContext', { userContext })
    },
  }
}

type Evaluated =
  | { readonly type: 'success'; readonly result: { readonly value: string } }
  | { readonly type: 'exception'; readonly exceptionDetails: { readonly text: string } }
