interface Port {
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void
  close(): void
}

/** A closed port: a buffer transferred to it is freed. */
let nowhere: Port | undefined

/**
 * Frees the memory of arrays now instead of at the next garbage collection; afterwards the arrays are empty. Use it for
 * arrays of megabytes that are allocated again and again: the collector counts only their small handles, and lets tens
 * of them pile up. An array that views only a part of its buffer is skipped.
 */
export function release(...arrays: readonly (ArrayBufferView | undefined)[]): void {
  for (const array of arrays) {
    const buffer = array?.buffer
    if (!(buffer instanceof ArrayBuffer) || array?.byteLength !== buffer.byteLength) continue
    const { transfer } = buffer as ArrayBuffer & { transfer?(length: number): ArrayBuffer }
    // ArrayBuffer.prototype.transfer is from ES2024; Node has it since version 21.
    if (transfer) transfer.call(buffer, 0)
    else discard(buffer)
  }
}

function discard(buffer: ArrayBuffer): void {
  nowhere ??= closedPort()
  nowhere?.postMessage(undefined, [buffer])
}

/** Returns undefined in runtimes without MessageChannel; they have ArrayBuffer.prototype.transfer. */
function closedPort(): Port | undefined {
  const { MessageChannel } = globalThis as { MessageChannel?: new () => { port1: Port; port2: Port } }
  if (!MessageChannel) return undefined
  const { port1, port2 } = new MessageChannel()
  port2.close()
  port1.close()
  return port1
}
