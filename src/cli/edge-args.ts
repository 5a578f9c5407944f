import type { ArgsDef } from 'citty'
import { parseInteger } from './command.ts'
import { parseBase, type UploadTarget } from './edge-request.ts'
import type { Io } from './io.ts'

/** Options of the commands that talk to an edge with the rights of an uploader. */
export const EDGE_ARGS = {
  to: {
    type: 'string',
    required: true,
    description: 'Where the plugin is mounted',
    valueHint: 'http://host/cdn',
  },
  token: { type: 'string', description: 'Upload token (default: UPLOAD_TOKEN)', valueHint: 'token' },
} as const satisfies ArgsDef

/** Option of the commands that also wait for an encoding. */
export const TIMEOUT_ARG = {
  timeout: {
    type: 'string',
    default: '300',
    description: 'Seconds to wait for each',
    valueHint: 'seconds',
  },
} as const satisfies ArgsDef

/** @throws StrataError USAGE */
export function edgeTarget(
  args: { readonly to: string; readonly token?: string | undefined; readonly timeout?: string | undefined },
  io: Pick<Io, 'env'>,
): UploadTarget {
  const seconds = parseInteger('timeout', args.timeout ?? TIMEOUT_ARG.timeout.default, 1, 86400)
  return { base: parseBase(args.to), token: args.token ?? io.env.UPLOAD_TOKEN, timeoutMs: 1000 * seconds }
}
