const SOURCE = `
  import { subscribe } from 'node:diagnostics_channel'
  subscribe('http.server.request.start', ({ server }) => { server.keepAliveTimeout = 0 })
`

/**
 * Arguments of Node with which a program's HTTP servers never close a connection that waits for its next request. Local
 * queues report each batch to wrangler's process over such a connection. Node closes it after five seconds, also when the
 * process was held up for so long and the next report is already on its way. The report fails, and the queue, which waits
 * for it, delivers nothing any more (`#flush` of Miniflare's QueueBrokerObject).
 */
export const KEEP_CONNECTIONS = ['--import', `data:text/javascript,${encodeURIComponent(SOURCE)}`] as const
