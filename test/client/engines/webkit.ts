import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../free-port.ts'
import { asJson, type EngineKind, type Point, type Tab } from './engine.ts'
import { Program } from './programs.ts'

const DRIVER = '/usr/bin/WebKitWebDriver'
const ARCHITECTURE = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
/** The browser in Debian's package of the library; the environment variable WEBKIT names another. */
const BROWSER = process.env.WEBKIT ?? `/usr/lib/${ARCHITECTURE}-linux-gnu/webkit2gtk-4.1/MiniBrowser`
/** It always has a window, so it gets a screen that nobody sees. */
const SCREEN = '/usr/bin/Xvfb'
/** Within which a browser starts. It takes about a second. */
const START_MS = 50_000

/** WebKitGTK, over WebDriver (https://www.w3.org/TR/webdriver2/). */
export const webkit: EngineKind = {
  name: 'WebKit',
  programs: [DRIVER, BROWSER, SCREEN],
  async launch() {
    const screenArgs = ['-displayfd', '3', '-screen', '0', '1600x1200x24', '-nolisten', 'tcp']
    const screen = new Program(SCREEN, screenArgs)
    const display = await screen.line(3, /^(\d+)$/)
    let driver = await Driver.start(display)
    const first = await driver.session()
    await first.close()
    return {
      version: first.version,
      // A session has one profile, and a browser one session.
      async open() {
        try {
          return await tabOf(await driver.session())
        } catch (error) {
          if ((error as Error).name !== 'TimeoutError') throw error
          // A browser now and then does not start, and its driver waits for it for ever.
          await driver.stop()
          driver = await Driver.start(display)
          return await tabOf(await driver.session())
        }
      },
      async close() {
        await driver.stop()
        await screen.stop()
      },
    }
  },
}

/** A running WebKitWebDriver. */
class Driver {
  readonly #program: Program
  readonly #address: string

  static async start(display: string): Promise<Driver> {
    const port = await freePort()
    const program = new Program(DRIVER, [`--port=${port}`, '--host=127.0.0.1'], {
      ...process.env,
      DISPLAY: `:${display}`,
      GDK_BACKEND: 'x11',
    })
    const address = `http://127.0.0.1:${port}`
    await program.before(untilReady(address))
    return new Driver(program, address)
  }

  private constructor(program: Program, address: string) {
    this.#program = program
    this.#address = address
  }

  /** @throws DOMException TimeoutError where the browser does not start */
  async session(): Promise<Session> {
    return await Session.start(this.#address)
  }

  async stop(): Promise<void> {
    await this.#program.stop()
  }
}

async function untilReady(address: string): Promise<void> {
  while (!(await fetch(`${address}/status`).catch(() => undefined))) await sleep(50)
}

/** One browser with one window. */
class Session {
  readonly version: string
  readonly #base: string

  static async start(address: string): Promise<Session> {
    const options = { binary: BROWSER, args: ['--automation'] }
    const timeouts = { script: 120_000, pageLoad: 120_000 }
    const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': options, timeouts } }
    const signal = AbortSignal.timeout(START_MS)
    const started = await send<Started>(`${address}/session`, 'POST', { capabilities }, signal)
    return new Session(`${address}/session/${started.sessionId}`, started.capabilities.browserVersion)
  }

  private constructor(base: string, version: string) {
    this.#base = base
    this.version = version
  }

  async post<T>(command: string, body: object): Promise<T> {
    return await send<T>(`${this.#base}/${command}`, 'POST', body)
  }

  async get<T>(command: string): Promise<T> {
    return await send<T>(`${this.#base}/${command}`, 'GET')
  }

  async close(): Promise<void> {
    await send(this.#base, 'DELETE')
  }
}

interface Started {
  readonly sessionId: string
  readonly capabilities: { readonly browserVersion: string }
}

/** @throws Error what the driver answers */
async function send<T>(address: string, method: string, body?: object, signal?: AbortSignal): Promise<T> {
  const init = { method, body: body ? JSON.stringify(body) : null, ...(signal && { signal }) }
  const response = await fetch(address, init)
  const { value } = (await response.json()) as { value: T & { error: string; message: string } }
  if (!response.ok) throw new Error(`${value.error}: ${value.message}`)
  return value
}

async function tabOf(session: Session): Promise<Tab> {
  await session.post('window/rect', { x: 0, y: 0, width: 1500, height: 1100 })
  return {
    async goto(url) {
      await session.post('url', { url })
    },
    async evaluate(expression) {
      // A rejection would reach nobody: the driver waits for the callback.
      const script = `const done = arguments[0]
        new Promise((resolve) => resolve(${asJson(expression)})).then(
          (value) => done({ value }), (error) => done({ error: String(error) }))`
      const answer = await session.post<{ value: string; error?: string }>('execute/async', {
        script,
        args: [],
      })
      if (answer.error !== undefined) throw new Error(answer.error)
      return JSON.parse(answer.value)
    },
    screenshot: async () => Buffer.from(await session.get<string>('screenshot'), 'base64'),
    async move(points, press = false) {
      const moves = points.map(({ x, y }: Point) => ({ type: 'pointerMove', x, y, duration: 50 }))
      const button = (type: string) => (press ? [{ type, button: 0 }] : [])
      const actions = [moves[0], ...button('pointerDown'), ...moves.slice(1), ...button('pointerUp')]
      const mouse = { type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions }
      await session.post('actions', { actions: [mouse] })
    },
    close: () => session.close(),
  }
}
