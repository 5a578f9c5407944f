import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { chromium } from 'playwright-core'
import type { RemoteDecoder } from './workerd.ts'

/** Where the browser is; the environment variable CHROMIUM names another. */
export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
export const hasChromium = existsSync(CHROMIUM)

/** It talks to 127.0.0.1 and to nobody else. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const root = new URL('../../', import.meta.url)
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html',
  js: 'text/javascript',
  json: 'application/json',
  wasm: 'application/wasm',
}

export interface Browser extends RemoteDecoder {
  /** The code of the error with which a folder of models is refused. */
  refusal(models: string, name: string): Promise<string>
}

/** Chromium with test/client/exactness-page.ts in it. */
export async function startChromium(): Promise<Browser> {
  const files: Uint8Array[] = []
  const script = await bundlePage()
  const server = createServer((request, response) => {
    void serve(new URL(request.url ?? '/', 'http://127.0.0.1').pathname, files, script, response)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS })
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  return {
    async decode(file) {
      const call = `decodeAt('/files/${files.push(file) - 1}')`
      const { symbols, pixels } = await page.evaluate<{ symbols: string[]; pixels: number[] }>(call)
      return { symbols, pixels: Uint8Array.from(pixels) }
    },
    refusal: (models, name) => page.evaluate<string>(`refusalOf('${models}', '${name}')`),
    async close() {
      await browser.close()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

async function bundlePage(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('test/client/exactness-page.ts', root))],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
  })
  return outputFiles[0]?.text ?? ''
}

async function serve(
  path: string,
  files: readonly Uint8Array[],
  script: string,
  response: ServerResponse,
): Promise<void> {
  const content = await contentOf(path, files, script).catch(() => undefined)
  if (content === undefined) {
    response.writeHead(404).end()
    return
  }
  const type = TYPES[path === '/' ? 'html' : (path.split('.').at(-1) ?? '')] ?? 'application/octet-stream'
  response.writeHead(200, { 'Content-Type': type }).end(content)
}

async function contentOf(
  path: string,
  files: readonly Uint8Array[],
  script: string,
): Promise<Uint8Array | string | undefined> {
  const [, folder, name = ''] = path.split('/')
  if (path === '/') return '<!doctype html><script type="module" src="/page.js"></script>'
  if (path === '/page.js') return script
  if (path === '/kernels.wasm') return await readFile(new URL('build/kernels.wasm', root))
  if (folder === 'models' || folder === 'damaged') {
    const content = await readFile(new URL(`models/weights/${name}`, root))
    if (folder === 'damaged' && name.endsWith('.bin')) content[content.length >> 1]! ^= 1
    return content
  }
  return folder === 'files' ? files[Number(name)] : undefined
}
