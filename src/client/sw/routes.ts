import { basesOf } from './bases.ts'
import type { RouterRule } from './scope.ts'

/**
 * Routes with which a browser passes only pictures of the CDN to the worker, so that no other request waits for its
 * start. A navigation starts the worker while the HTML comes from the network, because the page's pictures will need
 * the worker.
 */
export function routesOf(base: string | readonly string[], href: string): readonly RouterRule[] {
  const isPage = { requestMode: 'navigate', requestMethod: 'GET' }
  const isPicture = { or: basesOf(base, href).map((address) => ({ urlPattern: `${address}*` })) }
  return [
    { condition: isPage, source: 'race-network-and-fetch-handler' },
    { condition: { not: isPicture }, source: 'network' },
  ]
}
