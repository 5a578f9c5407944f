import { signUrl } from '../../edge/access/sign.ts'
import { defineCommand, parseInteger, usage } from '../command.ts'
import { firstSigningKey } from '../signing-key.ts'

const MAX_SECONDS = 100 * 365 * 86_400

export const sign = defineCommand({
  name: 'sign',
  description: 'Sign the URL of an image, for an edge that serves signed URLs only',
  args: {
    url: { type: 'positional', required: true, description: 'A URL, or its path from the root' },
    key: {
      type: 'string',
      description: 'Key id and secret (default: the first of the environment variable SIGNING_KEYS)',
      valueHint: 'kid:secret',
    },
    expires: {
      type: 'string',
      description: 'Seconds from now after which the URL is refused (default: never)',
      valueHint: 'seconds',
    },
    query: {
      type: 'boolean',
      description: 'Sign the parameters too: for an edge with signQuery',
    },
  },
  async run(args, io) {
    const text = args.key ?? io.env.SIGNING_KEYS
    if (!text) throw usage('--key: expected kid:secret, here or in SIGNING_KEYS')
    const { kid, secret } = firstSigningKey(text)
    const seconds =
      args.expires === undefined ? undefined : parseInteger('expires', args.expires, 1, MAX_SECONDS)
    const expires = seconds === undefined ? undefined : Math.floor(Date.now() / 1000) + seconds
    const url = await signUrl(args.url, { kid, secret, signQuery: args.query === true, expires })
    return { json: { url, kid, ...(expires !== undefined && { expires }) }, text: url }
  },
})
