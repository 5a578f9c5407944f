/*
 * The members of a service worker's global scope that are used here: the types of pages and of workers cannot be loaded
 * together.
 */

export interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void
}

export interface FetchEvent extends ExtendableEvent {
  readonly request: Request
  respondWith(answer: Promise<Response>): void
}

/** Registers which requests the worker gets: the Service Worker specification, "static routing API". */
interface InstallEvent extends ExtendableEvent {
  addRoutes?(rules: readonly RouterRule[]): Promise<void>
}

export interface RouterRule {
  readonly condition: RouterCondition
  readonly source: 'network' | 'race-network-and-fetch-handler'
}

interface RouterCondition {
  readonly urlPattern?: string
  readonly requestMode?: string
  readonly requestMethod?: string
  readonly requestDestination?: string
  readonly or?: readonly RouterCondition[]
  readonly not?: RouterCondition
}

interface MessageEventToWorker extends ExtendableEvent {
  readonly data: unknown
  readonly ports: readonly MessagePort[]
}

export interface ServiceWorkerScope {
  readonly location: Location
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void
  addEventListener(type: 'message', listener: (event: MessageEventToWorker) => void): void
  addEventListener(type: 'install', listener: (event: InstallEvent) => void): void
  addEventListener(type: 'activate', listener: (event: ExtendableEvent) => void): void
  skipWaiting(): Promise<void>
  readonly clients: { claim(): Promise<void> }
}
