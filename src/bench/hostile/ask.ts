import { parseErrorBody } from '../../core/error-body.ts'
import { MAX_ENCODED_PIXELS } from '../../core/limits/table.ts'
import { readHeader } from '../../format/reader.ts'
import { workersCpu } from '../workers/process-cpu.ts'
import { runtimeMemory } from '../workers/process-memory.ts'
import type { HostileCase } from './case.ts'

/** Answer to a request, and its cost. */
export interface HostileAnswer {
  /** 0 where none came. */
  readonly status: number
  /** Of an error's body. */
  readonly code: string | undefined
  readonly ms: number
  /** CPU time of all threads of the runtime, in milliseconds. */
  readonly cpuMs: number
  /** Rise of the runtime's resident memory, in bytes. */
  readonly bytes: number
}

const TIMEOUT_MS = 120_000
/** Pixels of a requested picture, whose encoding is cheap compared with decoding. */
const ASKED_PIXELS = MAX_ENCODED_PIXELS.avif / 4

export async function ask(url: string, init: RequestInit): Promise<HostileAnswer> {
  const before = { memory: (await runtimeMemory()).now, cpu: (await workersCpu()) ?? 0 }
  const start = performance.now()
  const { status, code } = await answerOf(url, init).catch(() => ({ status: 0, code: undefined }))
  const ms = performance.now() - start
  const [{ peak }, cpu] = [await runtimeMemory(), (await workersCpu()) ?? 0]
  return { status, code, ms, cpuMs: cpu - before.cpu, bytes: Math.max(0, peak - before.memory) }
}

async function answerOf(url: string, init: RequestInit) {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
  const body = new Uint8Array(await response.arrayBuffer())
  return { status: response.status, code: response.ok ? undefined : parseErrorBody(body).code }
}

/** The transcoder's query for a picture of the highest layer, of at most ASKED_PIXELS. */
export function queryOf(file: Uint8Array, query: HostileCase['query']): URLSearchParams {
  return new URLSearchParams({ ...sizeOf(file), f: 'jpeg', q: '75', ht: '1', ...query })
}

function sizeOf(file: Uint8Array): Record<string, string> {
  try {
    const { layers } = readHeader(file)
    const { index, width, height } = layers.at(-1)!
    const scale = Math.min(1, Math.sqrt(ASKED_PIXELS / (width * height)))
    const side = (length: number) => String(Math.max(1, Math.round(scale * length)))
    return { layer: String(index), w: side(width), h: side(height) }
  } catch {
    return { layer: '0', w: '64', h: '64' }
  }
}
