/**
 * The part of WebAssembly that shared code uses, for the Node program only: @types/node 20 does not declare it, while
 * the types of workerd and of browsers declare all of it.
 */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array | ArrayBuffer)
  }
  class Instance {
    constructor(module: Module, imports?: Imports)
    readonly exports: Exports
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean })
    readonly buffer: ArrayBuffer
    grow(pages: number): number
  }
  class CompileError extends Error {}
  class RuntimeError extends Error {}
  type Imports = Record<string, Record<string, unknown>>
  type Exports = Record<string, unknown>
  function compile(bytes: Uint8Array | ArrayBuffer): Promise<Module>
  function instantiate(module: Module, imports?: Imports): Promise<Instance>
  function instantiate(
    bytes: Uint8Array | ArrayBuffer,
    imports?: Imports,
  ): Promise<{ module: Module; instance: Instance }>
}
