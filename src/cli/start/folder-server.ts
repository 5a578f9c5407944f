import { constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { join, relative, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { listenOnLoopback } from '../../node/listen.ts'
import { isPictureName } from '../batch/picture-files.ts'
import type { PictureFolder } from './picture-folder.ts'

/** Most pictures that the list names: more tiles would make the demo page slow. */
const MAX_LISTED = 1000

/**
 * Serves the pictures of a folder to the edge Worker, which cannot read files: `/` lists their paths, `/PATH` is a
 * file, with an ETag of its time and size. It listens on loopback only, and serves only files within the folder that
 * are not hidden and have the extension of a picture.
 */
export class FolderServer {
  readonly url: string
  readonly #server: Server

  private constructor(server: Server, port: number) {
    this.url = `http://127.0.0.1:${port}/`
    this.#server = server
  }

  static async open(folder: PictureFolder): Promise<FolderServer> {
    const server = createServer((request, response) => {
      answer(folder, request, response).catch(() => response.destroy())
    })
    return new FolderServer(server, await listenOnLoopback(server))
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

async function answer(
  folder: PictureFolder,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Any other host name is DNS rebinding: a page whose own name resolves to this machine.
  const isMeant = request.headers.host === `127.0.0.1:${request.socket.localPort}`
  if (!isMeant || request.method !== 'GET') return void response.writeHead(403).end()
  const path = pathOf(request.url ?? '')
  if (path === '') {
    const paths = (await folder.list()).slice(0, MAX_LISTED)
    return void response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ paths }))
  }
  const file = path === undefined ? undefined : await openInside(folder.root, path)
  if (file === undefined) return void response.writeHead(404).end()
  try {
    await sendFile(file, request.headers['if-none-match'], response)
  } finally {
    await file.close().catch(() => undefined) // the stream may have closed it
  }
}

async function sendFile(file: FileHandle, known: string | undefined, response: ServerResponse) {
  const { mtimeNs, size, ino } = await file.stat({ bigint: true })
  const etag = `"${[mtimeNs, size, ino].map((part) => part.toString(36)).join('-')}"`
  if (known === etag) return void response.writeHead(304, { ETag: etag }).end()
  const headers = { 'Content-Length': String(size), 'Content-Type': 'application/octet-stream', ETag: etag }
  response.writeHead(200, headers)
  // A file that grows meanwhile is cut at the declared length, and has another ETag at the next request.
  if (size === 0n) response.end()
  else await pipeline(file.createReadStream({ end: Number(size) - 1, autoClose: false }), response)
}

/** @returns undefined for a path that no file can have */
function pathOf(url: string): string | undefined {
  try {
    return decodeURIComponent(url.slice(1).replace(/\?.*/, ''))
  } catch {
    return undefined
  }
}

/** Opens a regular file below the folder, with its links resolved. */
async function openInside(root: string, path: string): Promise<FileHandle | undefined> {
  if (!isVisible(path) || path.includes('\0') || !isPictureName(path)) return undefined
  const real = await realpath(join(root, path)).catch(() => undefined)
  if (real === undefined || !real.startsWith(root.endsWith(sep) ? root : root + sep)) return undefined
  if (!isVisible(relative(root, real).split(sep).join('/'))) return undefined
  // Without O_NONBLOCK, opening a pipe would wait for its writer forever.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW
  const file = await open(real, flags).catch(() => undefined)
  if (file === undefined || (await file.stat()).isFile()) return file
  await file.close()
  return undefined
}

/** Whether no part of the path is hidden, empty, `.` or `..`. */
function isVisible(path: string): boolean {
  return path.split('/').every((part) => part !== '' && !part.startsWith('.'))
}
