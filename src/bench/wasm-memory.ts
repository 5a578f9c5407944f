type Constructor = new (...args: never[]) => object

/** All WebAssembly memory of this process. */
export interface WasmMemory {
  /** Bytes of all memories made since the call of `watchWasmMemory`. */
  bytes(): number
}

/**
 * Records every WebAssembly.Memory from now on, whether JavaScript makes it or a module exports it. Node does not report
 * them: `process.memoryUsage().arrayBuffers` excludes them, and `external` excludes shared ones. Call it before any module
 * is instantiated, because earlier memories are not counted.
 */
export function watchWasmMemory(): WasmMemory {
  const memories = new Set<WebAssembly.Memory>()
  const wasm = WebAssembly as unknown as Record<'Memory' | 'Instance', Constructor>
  const memory = wasm.Memory
  wasm.Memory = observedConstructor(memory, (made) => memories.add(made as WebAssembly.Memory))
  wasm.Instance = observedConstructor(wasm.Instance, (made) => addExports(made as WebAssembly.Instance))
  const instantiate = WebAssembly.instantiate.bind(WebAssembly) as (
    ...args: readonly unknown[]
  ) => Promise<WebAssembly.Instance | { readonly instance: WebAssembly.Instance }>
  Object.assign(WebAssembly, {
    async instantiate(...args: readonly unknown[]) {
      const made = await instantiate(...args)
      addExports('instance' in made ? made.instance : made)
      return made
    },
  })

  function addExports({ exports }: WebAssembly.Instance): void {
    for (const value of Object.values(exports)) {
      if (value instanceof memory) memories.add(value as WebAssembly.Memory)
    }
  }

  return {
    bytes() {
      let sum = 0
      for (const { buffer } of memories) sum += buffer.byteLength
      return sum
    },
  }
}

function observedConstructor(original: Constructor, seen: (made: object) => void): Constructor {
  return new Proxy(original, {
    construct(target, args, newTarget) {
      const made = Reflect.construct(target, args, newTarget) as object
      seen(made)
      return made
    },
  })
}
