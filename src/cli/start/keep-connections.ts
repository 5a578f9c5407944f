const SOURCE = `
  import { subscribe } from 'node:diagnostics_channel'
  subscribe('http.server.request.start', ({ server }) => { server.keepAliveTimeout = 0 })
`

/**
 * Arguments of Node with which a program's HTTP servers never close a connection that waits for its next request. Local
 * queues report each batch to wrangler's process over such a connection. Node closes an idle connection after five
 * seconds, even when the process was only blocked and the next report is already on its way. The report then fails, and
 * the queue, which waits for it, never delivers again (`#flush` of Miniflare's QueueBrokerObject).
 */
export const KEEP_CONNECTIONS = ['--import', `data:text/javascript,${encodeURIComponent(SOURCE)}`] as const
