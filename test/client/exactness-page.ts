import { decodeCase } from '../../src/bench/exactness/decoded.ts'
import { StrataError } from '../../src/core/errors.ts'
import { createBrowserRuntime } from '../../src/runtime/browser.ts'

const runtime = createBrowserRuntime({
  models: '/models',
  kernels: '/kernels.wasm',
})

/** Decodes a .strata file that the page's server holds; what comes back has to travel as JSON. */
async function decodeAt(address: string): Promise<{ symbols: readonly string[]; pixels: number[] }> {
  const file = new Uint8Array(await (await fetch(address)).arrayBuffer())
  const { symbols, pixels } = await decodeCase(file, await runtime)
  return { symbols, pixels: [...pixels] }
}

/** The code of the error that a network of this folder ends with. */
async function refusalOf(models: string, name: string): Promise<string> {
  try {
    await (await createBrowserRuntime({ models })).network(name)
    return 'none'
  } catch (error) {
    return error instanceof StrataError ? error.code : String(error)
  }
}

Object.assign(globalThis, { decodeAt, refusalOf })
