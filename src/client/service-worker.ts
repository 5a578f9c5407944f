/*
 * A service worker that is ready to be registered: `/client/service-worker.js?base=/cdn`. A classic script, which all browsers
 * take. The query is its settings: `base` (once or more), `assets` (by default the folder of this script) and `prefer`.
 */
import { routesOf } from './sw/routes.ts'
import type { ServiceWorkerScope } from './sw/scope.ts'
import { strata } from './sw.ts'

const scope = globalThis as unknown as ServiceWorkerScope
const { searchParams: query } = new URL(scope.location.href)
const base = query.getAll('base')

scope.addEventListener('install', (event) => {
  // The worker may start at once: it does not change the responses for what a page has loaded before.
  event.waitUntil(scope.skipWaiting())
  const routed = event.addRoutes?.(routesOf(base, scope.location.href))
  // Older browsers have other route conditions. Then all requests pass through this worker.
  if (routed) event.waitUntil(routed.catch(() => undefined))
})
scope.addEventListener('activate', (event) => event.waitUntil(scope.clients.claim()))
strata({
  base,
  assets: query.get('assets') ?? './',
  prefer: query.get('prefer') === 'bytes' ? 'bytes' : 'time',
})
