import type { Context, Env, Handler } from 'hono'
import { authorizeRead, type ReadGrant } from '../access/authorize.ts'
import { UrlVerifier } from '../access/sign.ts'
import type { ReadOptions } from '../answer/image-request.ts'
import { type ImageAnswer, observed } from '../answer/observe.ts'
import { methodNotAllowed } from '../errors.ts'
import type { ResolvedOptions } from '../options.ts'
import { keepAlive } from '../request/keep-alive.ts'
import { createShared, type Services, servicesFor } from '../services.ts'

/** What the routes of one plugin instance share. */
export interface RouteContext<E extends Env> {
  readonly options: ResolvedOptions<E>
  services(c: Context<E>): Services
  /** The options that a picture depends on. */
  readOptions(c: Context<E>): ReadOptions
  /**
   * @param isInfo whether the JSON of an image is asked for, which the upload token opens too
   * @throws StrataError as authorizeRead
   */
  authorizeRead(c: Context<E>, isInfo: boolean): Promise<ReadGrant>
  /** Answers with a picture, and tells option `onAnswer` of it. */
  observed(c: Context<E>, id: string, answer: () => Promise<Response>): Promise<Response>
}

export function createRouteContext<E extends Env>(options: ResolvedOptions<E>): RouteContext<E> {
  const shared = createShared()
  const verifier = new UrlVerifier()
  return {
    options,
    services: (c) => servicesFor(c, options, shared),
    readOptions(c) {
      const { presets, presetsOnly, formats } = options
      return { ...options, formats: formats(c), presets: presets(c), presetsOnly: presetsOnly(c) }
    },
    authorizeRead: (c, isInfo) => authorizeRead(c, isInfo, options, verifier),
    observed(c, id, answer) {
      if (c.req.raw.method !== 'GET') return answer()
      const report = (facts: ImageAnswer) => options.onAnswer(facts, c)
      return observed(id, answer, report, (work) => keepAlive(c, work))
    },
  }
}

/** The last route of a path: it refuses the methods that no route before it takes. */
export function onlyMethods(allow: string): Handler {
  return (c) => {
    throw methodNotAllowed(c.req.method, allow)
  }
}
