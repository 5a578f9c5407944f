import { basesOf } from './bases.ts'
import type { RouterRule } from './scope.ts'

/**
 * Rules by which a browser sends only pictures of the CDN to the worker, and waits for its start with nothing else. A page's
 * HTML comes from the network; meanwhile the worker starts, because the page's pictures will ask for it.
 */
export function routesOf(base: string | readonly string[], href: string): readonly RouterRule[] {
  const isPage = { requestMode: 'navigate', requestMethod: 'GET' }
  const isPicture = { or: basesOf(base, href).map((address) => ({ urlPattern: `${address}*` })) }
  return [
    { condition: isPage, source: 'race-network-and-fetch-handler' },
    { condition: { not: isPicture }, source: 'network' },
  ]
}
