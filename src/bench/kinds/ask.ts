import { setTimeout as sleep } from 'node:timers/promises'
import { StrataError } from '../../core/errors.ts'
import { median, round } from '../cpu-clock.ts'
import { workersCpu } from '../workers/process-cpu.ts'
import type { LoadWorkers } from '../workers/workers.ts'

/** Clients by name, with their header `Accept`. */
export const CLIENTS = {
  /** Chromium's for an <img>. */
  browser: 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
  /** A client without preferences. */
  old: '*/*',
} as const
export type Client = keyof typeof CLIENTS

/** What the edge sent. */
interface Sent {
  readonly body: Uint8Array
  readonly type: string
  /** Header `Strata-Plan`. */
  readonly plan: string
  /** CPU time of the Workers for an uncached answer, in milliseconds. Null if unknown. */
  readonly cpuMs: number | null
}

/** The part of an image's description that is reported. */
export interface Description {
  readonly state: string
  readonly error?: { readonly code: string; readonly message: string }
  readonly source: { readonly width: number; readonly height: number }
  readonly layers: readonly {
    readonly coding: string
    readonly width: number
    readonly lossless?: true
  }[]
  readonly bytes: number
}

const PAUSE_MS = 200

/**
 * Uploads a picture and waits until it is encoded.
 * @param coding value of `coding` on the upload
 * @throws StrataError INTERNAL when the edge refuses it or cannot encode it
 */
export async function upload(
  { edge }: LoadWorkers,
  id: string,
  { body, coding, token }: { readonly body: Uint8Array; readonly coding: string; readonly token: string },
): Promise<Description> {
  const url = `${edge}/cdn/img/${id}`
  const headers = { 'Content-Type': 'application/octet-stream', Authorization: `Bearer ${token}` }
  const stored = await fetch(`${url}?coding=${coding}`, {
    method: 'PUT',
    headers,
    body: body as Uint8Array<ArrayBuffer>,
  })
  if (!stored.ok) throw new StrataError('INTERNAL', `PUT ${id}: ${stored.status} ${await stored.text()}`)
  await stored.body?.cancel()
  for (;;) {
    const info = (await (await fetch(`${url}.json`)).json()) as Description
    if (info.state === 'ready') return info
    if (info.state !== 'queued' && info.state !== 'encoding') {
      throw new StrataError('INTERNAL', `${id}: ${info.state}, ${info.error?.code} ${info.error?.message}`)
    }
    await sleep(PAUSE_MS)
  }
}

/**
 * Requests a picture of this width once per sample, each time under another id, because answers are cached.
 * @throws StrataError INTERNAL for an answer without a picture
 */
export async function ask(
  workers: LoadWorkers,
  id: string,
  { width, client, samples }: { readonly width: number; readonly client: Client; readonly samples: number },
): Promise<Sent> {
  const times: number[] = []
  let sent: Sent | undefined
  for (let sample = 0; sample < samples; sample++) {
    const name = await alias(workers, id, `${client}-${width}-${sample}`)
    const before = await workersCpu()
    const url = `${workers.edge}/cdn/img/${name}?w=${width}`
    const response = await fetch(url, { headers: { Accept: CLIENTS[client] } })
    const body = new Uint8Array(await response.arrayBuffer())
    const after = await workersCpu()
    if (response.status !== 200) {
      throw new StrataError(
        'INTERNAL',
        `GET ${name}?w=${width}: ${response.status} ${new TextDecoder().decode(body)}`,
      )
    }
    if (before !== undefined && after !== undefined) times.push(after - before)
    const { headers } = response
    sent = {
      body,
      type: headers.get('Content-Type') ?? '',
      plan: headers.get('Strata-Plan') ?? '',
      cpuMs: null,
    }
  }
  if (sent === undefined) throw new StrataError('INTERNAL', 'ask: expected at least one sample, got 0')
  return { ...sent, cpuMs: times.length > 0 ? round(median(times), 1) : null }
}

/** Stores the same image under another id: a copy of its record, which names the same objects. */
async function alias({ bare }: LoadWorkers, id: string, suffix: string): Promise<string> {
  const name = `${id}-${suffix}`
  const at = (key: string) => `${bare}/${encodeURIComponent(key)}`
  const record = await (await fetch(at(`state/${id}`))).arrayBuffer()
  const response = await fetch(at(`state/${name}`), { method: 'PUT', body: record })
  if (!response.ok)
    throw new StrataError('INTERNAL', `the bare Worker answered ${response.status} to PUT ${name}`)
  return name
}
