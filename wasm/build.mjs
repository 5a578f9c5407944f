// Compiles the AssemblyScript kernels into build/kernels.wasm. Run by `npm run build`, or alone: `node wasm/build.mjs`.
import { rename } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

// A Worker that runs meanwhile finds the old file or the new one, and never half of one.
const fresh = here(`../build/kernels-${process.pid}.wasm`)

const { error, stderr } = await asc.main([
  here('./kernels.ts'),
  '--outFile',
  fresh,
  // No allocator and no imports: the callers lay out the memory, behind what the kernels themselves hold.
  ...['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--bindings', 'none'],
])
if (error || stderr.toString() !== '')
  throw new Error(`asc: ${error?.message ?? 'warnings'}\n${stderr.toString()}`)
await rename(fresh, here('../build/kernels.wasm'))
