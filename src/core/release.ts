interface Port {
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void
  close(): void
}

/** A port without another end: what is transferred to it is gone. */
let nowhere: Port | undefined

/**
 * Gives the memory of arrays back now instead of at some garbage collection to come; they are empty afterwards. For
 * arrays of megabytes that are made over and over: a collector that sees only their small handles lets tens of them
 * pile up. A view of a part of a buffer is left alone.
 */
export function release(...arrays: readonly (ArrayBufferView | undefined)[]): void {
  for (const array of arrays) {
    const buffer = array?.buffer
    if (!(buffer instanceof ArrayBuffer) || array?.byteLength !== buffer.byteLength) continue
    const { transfer } = buffer as ArrayBuffer & { transfer?(length: number): ArrayBuffer }
    // ES2024, which Node has from version 21 on.
    if (transfer) transfer.call(buffer, 0)
    else discard(buffer)
  }
}

function discard(buffer: ArrayBuffer): void {
  nowhere ??= closedPort()
  nowhere?.postMessage(undefined, [buffer])
}

/** Not every runtime has MessageChannel; those without it have `transfer`. */
function closedPort(): Port | undefined {
  const { MessageChannel } = globalThis as { MessageChannel?: new () => { port1: Port; port2: Port } }
  if (!MessageChannel) return undefined
  const { port1, port2 } = new MessageChannel()
  port2.close()
  port1.close()
  return port1
}
