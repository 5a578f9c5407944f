import type { FuzzRequest } from './types.ts'

const PLAIN = {
  deployment: 'plain',
  method: 'GET',
  base: 'http://cdn.localhost',
  path: '/cdn/img/photo',
} as const

/**
 * A request that is still wrong with as little in it as possible: parts are left out, and made plain, one by one.
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
    // That deployment has hosts of its own, and so a cache of its own; and in one that asks for no token, images would change.
    const isWriting = name === 'deployment' && !['GET', 'HEAD'].includes(request.method)
    const isTied = isWriting || (request.deployment === 'bare' && (name === 'deployment' || name === 'base'))
    if (!isTied && request[name as keyof typeof PLAIN] !== value) yield { ...request, [name]: value }
  }
}
