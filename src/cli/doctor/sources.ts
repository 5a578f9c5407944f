import { randomBytes } from 'node:crypto'
import { parseSources } from '../../edge/sources/parse-sources.ts'
import { checkSources, type Sources } from '../../edge/sources/source-options.ts'
import { authorization, type Info, type UploadTarget } from '../edge-request.ts'
import { attempt, type Check, checked, expect } from './check.ts'
import { ask } from './deployment-reader.ts'

/** The sources of pulled pictures, as the ready Worker's variables give them. */
interface SourcesText {
  /** SOURCES. */
  readonly text: string
  /** LOOPBACK_SOURCES. */
  readonly loopback: boolean
  /** Whether to send a request to each website. */
  readonly isAsked: boolean
}

/** Validators of a pulled picture, from its info JSON. */
interface PulledInfo extends Info {
  readonly id?: string
  readonly from?: { readonly etag?: string; readonly lastModified?: string }
}

const WRITE_SOURCES =
  'write SOURCES as name=https://host/path/ or name=r2:BINDING/prefix, separated by spaces'

/** Checks the text of SOURCES and, if `isAsked`, whether each website in it answers this machine. Never throws. */
export async function checkSourcesText({ text, loopback, isAsked }: SourcesText): Promise<Check[]> {
  let sources: Sources = {}
  const parsed = await attempt(
    'sources',
    async () => {
      // Only the Worker knows which bindings exist, so every name is accepted here.
      sources = parseSources(text, { bucket: () => ({ get: () => undefined }), loopback })
      checkSources(sources)
      return Object.keys(sources).join(', ') || 'none'
    },
    WRITE_SOURCES,
  )
  if (!parsed.ok || !isAsked) return [parsed]
  const each = Object.entries(sources).map(([name, source]) =>
    'bucket' in source
      ? checked(`source ${name}`, 'skipped', 'a bucket, which only the Worker can see; see --url')
      : checkWebsite(name, 'url' in source ? source.url : source.folder),
  )
  return [parsed, ...(await Promise.all(each))]
}

async function checkWebsite(name: string, prefix: string): Promise<Check> {
  return await attempt(
    `source ${name}`,
    async () => {
      const response = await ask(prefix, { redirect: 'manual', headers: { Accept: 'image/*' } })
      await response.body?.cancel()
      expect(response.status < 500, `${prefix} answered ${response.status}`)
      return `${new URL(prefix).host} answers`
    },
    'let the website answer whoever asks without cookies, as the Worker does',
  )
}

/**
 * Checks from outside that a deployment has these sources and reaches them: it requests from each a picture that cannot
 * exist. Never throws.
 */
export async function checkDeployedSources(target: UploadTarget, names: readonly string[]): Promise<Check[]> {
  return await Promise.all(
    names.map((name) =>
      attempt(
        `source ${name}`,
        async () => {
          const path = `strata-doctor-${randomBytes(6).toString('hex')}.png`
          const { status, message } = await readPulled(target, `${name}/${path}`)
          expect(
            message.startsWith(`source ${name} has no`),
            `expected that it has no ${path}, got ${status}: ${message}`,
          )
          return 'the deployment asks it'
        },
        'give the Worker this name in SOURCES, and let the source answer 404 for what it does not have',
      ),
    ),
  )
}

/**
 * Checks from outside that one picture is pulled, and that its source sends an ETag or Last-Modified: without them,
 * every check for changes fetches the whole picture. Never throws.
 * @param place name of the source, a slash and the picture's path
 */
export async function checkPulledPicture(target: UploadTarget, place: string): Promise<Check> {
  return await attempt(
    `picture ${place}`,
    async () => {
      const { status, message, info } = await readPulled(target, place)
      expect(info.id !== undefined, `expected a pulled picture, got ${status}: ${message}`)
      const { etag, lastModified } = info.from ?? {}
      expect(
        etag !== undefined || lastModified !== undefined,
        'its source sends neither ETag nor Last-Modified',
      )
      return `pulled as ${info.id}; its source sends ${etag === undefined ? 'Last-Modified' : 'an ETag'}`
    },
    'let the source send the picture with 200 and an ETag',
  )
}

async function readPulled(target: UploadTarget, place: string) {
  const path = place.split('/').map(encodeURIComponent).join('/')
  const response = await ask(`${target.base}/src/${path}.json`, { headers: authorization(target) })
  const body = (await response.json().catch(() => ({}))) as PulledInfo
  return { status: response.status, message: body.error?.message ?? 'no error', info: body }
}
