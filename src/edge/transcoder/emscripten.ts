import { MAX_LIBRARY_BYTES } from '../../core/limits/table.ts'
import { memoiseLoads } from '../../core/memoise-loads.ts'

/** WebAssembly core, 4.2.8. */
const PAGE_BYTES = 65_536

/** Emscripten's glue code: what it calls while it starts can be replaced. */
type Glue = (overrides: Record<string, unknown>) => Promise<unknown>

/** A C++ library in WebAssembly behind Emscripten's glue code, as jSquash builds it. */
export interface LibraryParts {
  /** The package's glue code. It is imported when first needed, because packages of libraries are optional. */
  readonly glue: () => Promise<{ readonly default: unknown }>
  /** The compiled library that belongs to it. */
  readonly load: () => Promise<WebAssembly.Module>
}

/** A started library. WebAssembly memory only grows, so one that holds too much is given up for a new one. */
export interface Running<Instance> {
  readonly instance: Instance
  readonly memory: WebAssembly.Memory
  /** Whether it has asked for more memory than it may have. */
  isCramped(): boolean
  /** What the library last complained of. */
  lastMessage(): string | undefined
}

/** Makes the function that starts a library anew each time; it is loaded once, and again where that failed. */
export function createStarter<Instance>(parts: LibraryParts): () => Promise<Running<Instance>> {
  const library = memoiseLoads<void, readonly [Glue, WebAssembly.Module]>(async () => {
    const [glue, module] = await Promise.all([parts.glue(), parts.load()])
    return [glue.default as Glue, module]
  })
  return async () => start<Instance>(...(await library()))
}

async function start<Instance>(glue: Glue, module: WebAssembly.Module): Promise<Running<Instance>> {
  let memory: WebAssembly.Memory | undefined
  let message: string | undefined
  let isCramped = false
  const instance = await glue({
    noInitialRun: true,
    // With a locateFile the glue asks for no address of its own, which a bundled Worker does not have.
    locateFile: (name: string) => name,
    instantiateWasm(imports: WebAssembly.Imports, started: (instance: WebAssembly.Instance) => void) {
      const made = new WebAssembly.Instance(module, imports)
      memory = Object.values(made.exports).find((value) => value instanceof WebAssembly.Memory)
      if (memory) boundGrowth(memory, () => (isCramped = true))
      started(made)
      return made.exports
    },
    print: () => {},
    printErr(text: unknown) {
      message = String(text)
    },
  })
  if (memory === undefined) throw new Error('the module exports no memory')
  return { instance: instance as Instance, memory, isCramped: () => isCramped, lastMessage: () => message }
}

/**
 * Refuses growth beyond MAX_LIBRARY_BYTES. The glue code takes that for a machine without more memory, so that the library's
 * allocation fails.
 */
function boundGrowth(memory: WebAssembly.Memory, refused: () => void): void {
  const grow = memory.grow.bind(memory)
  memory.grow = (pages) => {
    if (memory.buffer.byteLength + PAGE_BYTES * pages <= MAX_LIBRARY_BYTES) return grow(pages)
    refused()
    throw new RangeError(`expected at most ${MAX_LIBRARY_BYTES} bytes of memory`)
  }
}
