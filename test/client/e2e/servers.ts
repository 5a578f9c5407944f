import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { bundleProgram } from '../../e2e/bundle.ts'
import { freePort } from '../../free-port.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  jpg: 'image/jpeg',
  js: 'text/javascript',
  json: 'application/json',
  pack: 'application/octet-stream',
  png: 'image/png',
  wasm: 'application/wasm',
}

export interface Started {
  readonly url: string
  stop(): Promise<void>
}

/** Edge and origin as `npm start` runs them, with a bucket of their own. */
export async function startServers(): Promise<Started & { readonly program: string }> {
  const program = await bundleProgram('src/cli/main.ts')
  const state = await mkdtemp(join(tmpdir(), 'strata-client-'))
  const child = spawn(process.execPath, [program.path, 'start', '--no-samples', '--json', '--state', state], {
    env: { ...process.env, PORT: String(await freePort()), ORIGIN_PORT: String(await freePort()) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      log = `${log}${text}`.slice(-2000)
    })
  }
  const stop = async () => {
    if (child.exitCode === null) {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    await program.remove()
    await rm(state, { recursive: true, force: true })
  }
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const ready = /^\{"ready":"(.*)"\}$/.exec(line)?.[1]
  if (ready) return { url: ready, program: program.path, stop }
  await stop()
  throw new Error(`the servers did not start: ${log}`)
}

/** Uploads a picture and waits until it is encoded. */
export async function upload(cdn: string, id: string, file: Uint8Array, widths: string): Promise<void> {
  const { status } = await fetch(`${cdn}/img/${id}?widths=${widths}`, {
    method: 'PUT',
    body: file as Uint8Array<ArrayBuffer>,
  })
  if (status !== 202) throw new Error(`upload of ${id}: HTTP ${status}`)
  for (;;) {
    const response = await fetch(`${cdn}/img/${id}.json`)
    await response.body?.cancel()
    if (response.status === 200) return
    if (response.status !== 202) throw new Error(`${id}: HTTP ${response.status}`)
    await sleep(250)
  }
}

export interface Pages extends Started {
  /** Puts a page, or another file, under a path. */
  set(path: string, content: string | Uint8Array, headers?: Readonly<Record<string, string>>): void
  /** Headers of every file of the library. */
  setLibraryHeaders(headers: Readonly<Record<string, string>>): void
}

/** A site with pages of the tests and the library as `npm run build` makes it, on an origin of its own. */
export async function startPages(): Promise<Pages> {
  const parent = join(ROOT, '.strata')
  await mkdir(parent, { recursive: true })
  const folder = await mkdtemp(join(parent, 'test-'))
  await promisify(execFile)(process.execPath, [join(ROOT, '.build-client.mjs'), folder])
  const files = new Map<string, { content: string | Uint8Array; headers: Readonly<Record<string, string>> }>()
  let libraryHeaders: Readonly<Record<string, string>> = {}
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname
    const file = files.get(path)
    const content = file?.content ?? (await readFile(join(folder, path)).catch(() => undefined))
    const type = TYPES[path.split('.').at(-1) ?? ''] ?? TYPES.html
    response.writeHead(content === undefined ? 404 : 200, {
      'Content-Type': type,
      ...(file?.headers ?? libraryHeaders),
    })
    response.end(content)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    set: (path, content, headers = {}) => files.set(path, { content, headers }),
    setLibraryHeaders(headers) {
      libraryHeaders = headers
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
