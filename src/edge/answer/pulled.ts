import type { ReadGrant } from '../access/authorize.ts'
import { type PullMemory, pullPicture, type WantedPicture } from '../ingest/pull.ts'
import { isDue, revalidate } from '../ingest/revalidate.ts'
import type { AcceptServices } from '../ingest/upload.ts'
import { requireSource } from '../sources/named-source.ts'
import type { Sources } from '../sources/source-options.ts'
import { parseSourcePath, pulledId } from '../sources/source-path.ts'
import type { ReadOptions, ReadServices } from './image-request.ts'
import type { LookupServices } from './lookup.ts'
import { readImageById } from './read.ts'
import { readInfo } from './read-info.ts'

/** What reading a pulled picture works with. */
export interface PulledServices extends ReadServices, AcceptServices {
  readonly pullMemory: PullMemory
  readonly dropStale: (id: string) => Promise<void>
}

/** A picture as a URL names it. */
export interface SourceAddress {
  readonly source: string
  /** As it stands in the URL, without the ending that asks for the info. */
  readonly path: string
}

interface SourceOptions {
  readonly sources: Sources | undefined
  readonly maxUploadBytes: number
}

/** @throws StrataError NOT_FOUND for an unknown source, PARAM_INVALID for a path that none can have */
export async function wantedPicture(
  { source: name, path: encoded }: SourceAddress,
  url: string,
  { sources, maxUploadBytes: limit }: SourceOptions,
): Promise<WantedPicture> {
  const source = requireSource(name, sources)
  const path = parseSourcePath(encoded)
  return { id: await pulledId(name, path), source, path, url, limit }
}

/**
 * GET and HEAD of `/src/:source/*path`, with the parameters of `/img/:id`: at the first request the picture is pulled and
 * rendered, after that it is an image like any other, and its source is asked from time to time whether it has changed.
 */
export async function readPulled(
  wanted: WantedPicture,
  request: Request,
  grant: ReadGrant,
  services: PulledServices,
  options: ReadOptions,
): Promise<Response> {
  const { revalidate: seconds } = wanted.source
  // Nobody may show a picture for longer than the edge would.
  const maxAge = Math.min(options.maxAge, seconds)
  const staleWhileRevalidate = Math.min(options.staleWhileRevalidate, seconds)
  const pulled = await withPull(wanted, services)
  return await readImageById({ id: wanted.id, hash: undefined }, undefined, request, grant, pulled, {
    ...options,
    maxAge,
    staleWhileRevalidate,
  })
}

/** GET and HEAD of `/src/:source/*path.json`. It pulls the picture as well. */
export async function readPulledInfo(wanted: WantedPicture, services: PulledServices): Promise<Response> {
  return await readInfo(wanted.id, await withPull(wanted, services))
}

/** The services for a picture that is pulled where it is missing, and asked about where it is old. */
async function withPull(wanted: WantedPicture, services: PulledServices): Promise<PulledServices> {
  const { keepAlive, pullMemory: memory } = services
  const pulling = { ...services, memory }
  if (wanted.source.isImmediate && isDue(wanted, undefined, pulling)) await revalidate(wanted, pulling)
  const pull: LookupServices['pull'] = {
    missing: () => pullPicture(wanted, pulling),
    found(state) {
      if (!wanted.source.isImmediate && isDue(wanted, state, pulling))
        keepAlive(revalidate(wanted, pulling).catch((error) => logFailure(wanted.id, error)))
    },
  }
  return { ...services, pull }
}

function logFailure(id: string, error: unknown): void {
  console.error(JSON.stringify({ event: 'revalidate-failed', id, message: String(error) }))
}
