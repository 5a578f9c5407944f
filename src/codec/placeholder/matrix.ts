import { checkLength, instantiateKernels } from '../../core/kernels.ts'

/**
 * c[n, m] += a[n, k] · b[k, m], all row-major. Rounding depends on the order of a sum's terms, and files depend on the
 * rounding, so each sum starts with the value of c and adds its k products in order. All implementations compute the same
 * numbers; they differ only in speed.
 * @throws StrataError INTERNAL when the length of an array is wrong
 */
export type AddProduct = (
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  sizes: readonly [n: number, k: number, m: number],
) => void

/** The reference in TypeScript. It computes four sums at a time, because a single one would wait for its last addition. */
export const referenceProduct: AddProduct = (a, b, c, sizes) => {
  checkSizes(a, b, c, sizes)
  const [n, k, m] = sizes
  for (let row = 0; row < n; row++) {
    let o = 0
    for (let at = row * m; o + 4 <= m; o += 4, at += 4) {
      let [c0, c1, c2, c3] = [c[at]!, c[at + 1]!, c[at + 2]!, c[at + 3]!]
      for (let i = row * k, j = o; j < k * m; i++, j += m) {
        const value = a[i]!
        c0 += value * b[j]!
        c1 += value * b[j + 1]!
        c2 += value * b[j + 2]!
        c3 += value * b[j + 3]!
      }
      c[at] = c0
      c[at + 1] = c1
      c[at + 2] = c2
      c[at + 3] = c3
    }
    for (; o < m; o++) {
      let sum = c[row * m + o]!
      for (let i = row * k, j = o; j < k * m; i++, j += m) sum += a[i]! * b[j]!
      c[row * m + o] = sum
    }
  }
}

/** The product in WebAssembly, over build/kernels.wasm. */
export function createWasmProduct(module: WebAssembly.Module): AddProduct {
  const { exports, place } = instantiateKernels(module)
  return (a, b, c, sizes) => {
    checkSizes(a, b, c, sizes)
    const [atA, atB, atC] = place([8 * a.length, 8 * b.length, 8 * c.length]) as [number, number, number]
    const { buffer } = exports.memory
    new Float64Array(buffer, atA, a.length).set(a)
    new Float64Array(buffer, atB, b.length).set(b)
    const sums = new Float64Array(buffer, atC, c.length)
    sums.set(c)
    exports.matrixAddProduct(atA, atB, atC, ...sizes)
    c.set(sums)
  }
}

const instances = new WeakMap<WebAssembly.Module, AddProduct>()

/** The fastest product of a runtime, instantiated once per module. */
export function productOf({
  kernels: module,
}: {
  readonly kernels?: WebAssembly.Module | undefined
}): AddProduct {
  if (!module) return referenceProduct
  const cached = instances.get(module)
  if (cached) return cached
  const product = createWasmProduct(module)
  instances.set(module, product)
  return product
}

function checkSizes(
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  [n, k, m]: readonly [n: number, k: number, m: number],
): void {
  checkLength('a', a, n * k)
  checkLength('b', b, k * m)
  checkLength('c', c, n * m)
}

/** Transposes a matrix [rows, columns]. */
export function transpose(matrix: Float64Array, rows: number): Float64Array {
  const columns = matrix.length / rows
  const out = new Float64Array(matrix.length)
  for (let row = 0; row < rows; row++) {
    for (let i = 0, at = row; i < columns; i++, at += rows) out[at] = matrix[row * columns + i]!
  }
  return out
}
