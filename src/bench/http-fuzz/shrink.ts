import type { FuzzRequest } from './types.ts'

const PLAIN = {
  deployment: 'plain',
  method: 'GET',
  base: 'http://cdn.localhost',
  path: '/cdn/img/photo',
} as const

/**
 * Reduces a request to the smallest one that is still wrong: parts are removed or simplified, one by one.
 * @param isWrong whether a request is wrong in the same way
 */
export async function shrink(
  request: FuzzRequest,
  isWrong: (request: FuzzRequest) => Promise<boolean>,
): Promise<FuzzRequest> {
  let smallest = request
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false
    for (const candidate of simpler(smallest)) {
      if (!(await isWrong(candidate).catch(() => false))) continue
      smallest = candidate
      isSmaller = true
      break
    }
  }
  return smallest
}

function* simpler(request: FuzzRequest): Generator<FuzzRequest> {
  const { headers, query } = request
  for (const i of headers.keys()) yield { ...request, headers: headers.toSpliced(i, 1) }
  for (const i of query.keys()) yield { ...request, query: query.toSpliced(i, 1) }
  for (const [name, value] of Object.entries(PLAIN)) {
    // The bare deployment has its own hosts and caches; and in a deployment without a token, a write would change
    // images.
    const isWriting = name === 'deployment' && !['GET', 'HEAD'].includes(request.method)
    const isTied = isWriting || (request.deployment === 'bare' && (name === 'deployment' || name === 'base'))
    if (!isTied && request[name as keyof typeof PLAIN] !== value) yield { ...request, [name]: value }
  }
}
