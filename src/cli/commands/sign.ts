import { signUploadUrl, signUrl } from '../../edge/access/sign.ts'
import { defineCommand, parseInteger, usage } from '../command.ts'
import { firstSigningKey } from '../signing-key.ts'

const MAX_SECONDS = 100 * 365 * 86_400
/** Seconds for which a URL of an upload holds. */
const UPLOAD_SECONDS = 3600

export const sign = defineCommand({
  name: 'sign',
  description: 'Sign the URL of an image, for an edge that serves signed URLs only, or for one upload',
  args: {
    url: { type: 'positional', required: true, description: 'A URL, or its path from the root' },
    key: {
      type: 'string',
      description: 'Key id and secret (default: the first of the environment variable SIGNING_KEYS)',
      valueHint: 'kid:secret',
    },
    expires: {
      type: 'string',
      description: 'Seconds from now after which the URL is refused (default: never; of an upload 3600)',
      valueHint: 'seconds',
    },
    query: {
      type: 'boolean',
      description: 'Sign the parameters too: for an edge with signQuery',
    },
    upload: {
      type: 'boolean',
      description:
        'For one upload without the token, which is read from the environment variable UPLOAD_TOKEN',
    },
  },
  async run(args, io) {
    const seconds =
      args.expires === undefined ? undefined : parseInteger('expires', args.expires, 1, MAX_SECONDS)
    const after = (wait: number) => Math.floor(Date.now() / 1000) + wait
    if (args.upload === true) {
      const token = io.env.UPLOAD_TOKEN
      if (!token) throw usage('--upload: expected the upload token in UPLOAD_TOKEN')
      if (args.key !== undefined || args.query === true)
        throw usage('--upload: expected neither --key nor --query')
      const expires = after(seconds ?? UPLOAD_SECONDS)
      const url = await signUploadUrl(args.url, { token, expires })
      return { json: { url, expires }, text: url }
    }
    const text = args.key ?? io.env.SIGNING_KEYS
    if (!text) throw usage('--key: expected kid:secret, here or in SIGNING_KEYS')
    const { kid, secret } = firstSigningKey(text)
    const expires = seconds === undefined ? undefined : after(seconds)
    const url = await signUrl(args.url, { kid, secret, signQuery: args.query === true, expires })
    return { json: { url, kid, ...(expires !== undefined && { expires }) }, text: url }
  },
})
