import type { Context, Env } from 'hono'
import { routePath } from 'hono/route'

/** What follows the mount point in the path of a URL begins here, in a route such as `/cdn/img/:name`. */
const FIRST_PARAMS = [':name', ':source']

/**
 * The URL that the visitor named, where a proxy in front has put the mount point in place of `publicPath`: signatures are made
 * for it, and an upload's `Location` is read by who sent it there.
 * @param publicPath undefined where nothing rewrites the path
 */
export function outerUrl<E extends Env>(c: Context<E>, publicPath: string | undefined): URL {
  const url = new URL(c.req.url)
  if (publicPath === undefined) return url
  const route = routePath(c).split('/')
  const mounted = Math.max(...FIRST_PARAMS.map((name) => route.indexOf(name))) - 1
  url.pathname = [publicPath, ...url.pathname.split('/').slice(mounted)].join('/')
  return url
}
