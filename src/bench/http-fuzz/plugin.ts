/*
 * The plugin as a Worker mounts it. This file is checked under the types of Workers (src/edge/tsconfig.json), which the
 * rest of the benchmark, a Node program, does not have. It is therefore imported dynamically, and only the type
 * `Plugin` is known of it.
 */

import { Hono } from 'hono'
import { createEdgeApp, createQueueHandler } from '../../edge/app.ts'
import type { ImageCdnOptions } from '../../edge/options.ts'
import { resolveOptions } from '../../edge/resolve-options.ts'

/** Where the plugin is mounted. */
const MOUNT = '/cdn'
const QUEUE = 'strata-jobs'

/**
 * A Worker with the plugin mounted at `/cdn`.
 * @param keepAlive receives the promises of work that continues after an answer
 */
export function createPlugin(options: ImageCdnOptions, keepAlive: (work: Promise<unknown>) => void) {
  const resolved = resolveOptions(options)
  const app = new Hono().route(MOUNT, createEdgeApp(resolved))
  const consume = createQueueHandler(resolved)
  const context = {
    waitUntil: keepAlive,
    passThroughOnException: () => undefined,
    props: {},
  } as ExecutionContext
  return {
    fetch: async (request: Request): Promise<Response> => await app.fetch(request, {}, context),
    /** Delivers one message of the queue. */
    async deliver(body: unknown): Promise<void> {
      const settled = { ack: () => undefined, retry: () => undefined }
      const message = { id: crypto.randomUUID(), timestamp: new Date(), attempts: 1, body, ...settled }
      await consume({ queue: QUEUE, messages: [message] } as unknown as MessageBatch, {}, context)
    },
  }
}
