import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'

/** What one layer takes, and what files of other codecs take that look as good. */
interface LayerComparison {
  readonly width: number
  /** From the start of the file to the end of the layer. */
  readonly bytes: number
  /** SSIMULACRA2 of the decoded layer, against the original resized by Lanczos3. */
  readonly score: number
  /** Bytes of a file of this width with that score; null where the codec never reaches it. */
  readonly avif: number | null
  readonly webp: number | null
}

interface ImageComparison {
  /** ETag of the whole file that was measured. */
  readonly etag: string
  /** From the base up, as far as they are measured. */
  readonly layers: readonly LayerComparison[]
}

/** What the demo page is told about the samples. */
interface Comparisons {
  /** Whether more is to come. */
  measuring: boolean
  /** By image id. */
  images: Record<string, ImageComparison>
}

/**
 * What files of other codecs take for the samples, on a server of its own for the edge Worker to ask. It is kept in a
 * file, because measuring takes minutes.
 */
export class ComparisonServer {
  readonly #path: string
  readonly #server: Server
  readonly #comparisons: Comparisons = { measuring: true, images: {} }

  private constructor(path: string) {
    this.#path = path
    this.#server = createServer((_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' })
      response.end(JSON.stringify(this.#comparisons))
    })
  }

  /** @param path of the JSON file; one that is missing or damaged is made anew */
  static async open(path: string): Promise<ComparisonServer> {
    const opened = new ComparisonServer(path)
    const text = await readFile(path, 'utf8').catch(() => '{}')
    try {
      Object.assign(opened.#comparisons.images, JSON.parse(text))
    } catch {
      // It is written again.
    }
    await new Promise<void>((listening) => opened.#server.listen(0, '127.0.0.1', listening))
    return opened
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  get(id: string): ImageComparison | undefined {
    return this.#comparisons.images[id]
  }

  async put(id: string, comparison: ImageComparison): Promise<void> {
    this.#comparisons.images[id] = comparison
    await mkdir(dirname(this.#path), { recursive: true })
    await writeFile(this.#path, JSON.stringify(this.#comparisons.images))
  }

  /** Nothing more is to come. */
  finish(): void {
    this.#comparisons.measuring = false
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}
