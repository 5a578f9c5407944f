import { StrataError } from '../../../core/errors.ts'
import { memoiseLoads } from '../../../core/memoise-loads.ts'
import { release } from '../../../core/release.ts'
import type { PictureFormat } from '../../../format/media-type.ts'
import { checkEncodedSize } from '../limits.ts'
import type { EncodeTarget, PictureEncoder } from './encoder.ts'
import { collectRgba } from './rows.ts'

/** A C++ encoder behind Emscripten's glue code, as jSquash builds it. */
interface Instance<Settings> {
  /** @returns null where the library fails */
  encode(rgba: Uint8Array, width: number, height: number, settings: Settings): Uint8Array | null
}

/** Emscripten's glue code: what it calls while it starts can be replaced. */
type Glue = (overrides: Record<string, unknown>) => Promise<unknown>

interface WasmEncoderParts<Settings> {
  readonly format: PictureFormat
  /** The package's glue code. It is imported when first needed, because packages of encoders are optional. */
  readonly glue: () => Promise<{ readonly default: unknown }>
  /** The compiled library that belongs to it. */
  readonly load: () => Promise<WebAssembly.Module>
  /**
   * Bytes. WebAssembly memory only grows: an instance that holds more after a picture is given up. One that is given up
   * lives on until the garbage collector comes, so what most pictures take must be kept, or there are two at a time.
   */
  readonly keptMemory: number
  /** @param rgba interleaved R, G, B, 255 */
  readonly settings: (target: EncodeTarget, rgba: Uint8Array) => Settings
}

/** Encodes whole pictures in WebAssembly. An instance that failed in any way is never used again. */
export function createWasmEncoder<Settings>(parts: WasmEncoderParts<Settings>): PictureEncoder {
  const { format, keptMemory, settings } = parts
  const library = memoiseLoads<void, readonly [Glue, WebAssembly.Module]>(async () => {
    const [glue, module] = await Promise.all([parts.glue(), parts.load()])
    return [glue.default as Glue, module]
  })
  let kept: Promise<Running<Settings>> | undefined

  async function instance(): Promise<Running<Settings>> {
    kept ??= library().then(([glue, module]) => start<Settings>(glue, module))
    try {
      return await kept
    } catch (cause) {
      kept = undefined
      throw new StrataError('TRANSCODE_FAILED', `${format}: the encoder does not load`, { cause })
    }
  }

  function run(running: Running<Settings>, rgba: Uint8Array, target: EncodeTarget): Uint8Array<ArrayBuffer> {
    const { width, height } = target
    try {
      const file = running.instance.encode(rgba, width, height, settings(target, rgba))
      if (file === null || file.length === 0) throw new Error(running.lastMessage() ?? 'no file came')
      if (running.memory.buffer.byteLength > keptMemory) kept = undefined
      return new Uint8Array(file)
    } catch (cause) {
      kept = undefined
      const what = `the encoder failed on a picture of ${width}x${height}`
      throw new StrataError('TRANSCODE_FAILED', `${format}: ${what}`, { cause })
    }
  }

  async function encode(
    rows: AsyncIterable<Uint8Array>,
    target: EncodeTarget,
  ): Promise<Uint8Array<ArrayBuffer>> {
    checkEncodedSize(format, target.width, target.height)
    // First, so that no rows are decoded in vain.
    await instance()
    const rgba = await collectRgba(rows, target)
    try {
      return run(await instance(), rgba, target)
    } finally {
      release(rgba)
    }
  }

  return { format, encode }
}

interface Running<Settings> {
  readonly instance: Instance<Settings>
  readonly memory: WebAssembly.Memory
  /** What the library last complained of. */
  lastMessage(): string | undefined
}

async function start<Settings>(glue: Glue, module: WebAssembly.Module): Promise<Running<Settings>> {
  let memory: WebAssembly.Memory | undefined
  let message: string | undefined
  const instance = await glue({
    noInitialRun: true,
    // With a locateFile the glue asks for no address of its own, which a bundled Worker does not have.
    locateFile: (name: string) => name,
    instantiateWasm(imports: WebAssembly.Imports, started: (instance: WebAssembly.Instance) => void) {
      const made = new WebAssembly.Instance(module, imports)
      memory = Object.values(made.exports).find((value) => value instanceof WebAssembly.Memory)
      started(made)
      return made.exports
    },
    print: () => {},
    printErr(text: unknown) {
      message = String(text)
    },
  })
  if (memory === undefined) throw new Error('the module exports no memory')
  return { instance: instance as Instance<Settings>, memory, lastMessage: () => message }
}
