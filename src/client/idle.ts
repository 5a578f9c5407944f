/** Calls back when the page has nothing better to do, at the latest after two seconds. Safari has no idle callback. */
export function whenIdle(callback: () => void): void {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(callback, { timeout: 2000 })
  else setTimeout(callback, 200)
}
