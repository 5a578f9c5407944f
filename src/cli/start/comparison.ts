import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { dirname } from 'node:path'
import { listenOnLoopback } from '../../node/listen.ts'

/** Bytes of one layer, and of files of other codecs with the same score. */
interface LayerComparison {
  readonly width: number
  /** Bytes from the start of the file to the end of the layer. */
  readonly bytes: number
  /** SSIMULACRA2 of the decoded layer against the original resized by Lanczos3. */
  readonly score: number
  /** Bytes of a file of this width with that score; null when the codec does not reach it. */
  readonly avif: number | null
  readonly webp: number | null
}

interface ImageComparison {
  /** ETag of the whole file that was measured. */
  readonly etag: string
  /** Measured layers, from the base up. */
  readonly layers: readonly LayerComparison[]
}

/** Comparisons that the demo page shows. */
interface Comparisons {
  /** Whether measuring goes on. */
  measuring: boolean
  /** Comparison of each image, by id. */
  images: Record<string, ImageComparison>
}

/**
 * Serves the comparisons of the samples to the edge Worker, on its own port. They are kept in a file, because measuring
 * takes minutes.
 */
export class ComparisonServer {
  readonly #path: string
  readonly #server: Server
  #port = 0
  readonly #comparisons: Comparisons = { measuring: true, images: {} }

  private constructor(path: string) {
    this.#path = path
    this.#server = createServer((_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' })
      response.end(JSON.stringify(this.#comparisons))
    })
  }

  /** @param path of the JSON file, which is replaced when it is missing or damaged */
  static async open(path: string): Promise<ComparisonServer> {
    const opened = new ComparisonServer(path)
    const text = await readFile(path, 'utf8').catch(() => '{}')
    try {
      Object.assign(opened.#comparisons.images, JSON.parse(text))
    } catch {
      // The file is missing or damaged and will be written again.
    }
    opened.#port = await listenOnLoopback(opened.#server)
    return opened
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`
  }

  get(id: string): ImageComparison | undefined {
    return this.#comparisons.images[id]
  }

  async put(id: string, comparison: ImageComparison): Promise<void> {
    this.#comparisons.images[id] = comparison
    await mkdir(dirname(this.#path), { recursive: true })
    await writeFile(this.#path, JSON.stringify(this.#comparisons.images))
  }

  /** Tells the demo page that measuring has ended. */
  finish(): void {
    this.#comparisons.measuring = false
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}
