import { defineCommand, EXIT, type Result } from '../command.ts'
import { type Check, formatChecks } from '../doctor/check.ts'
import { checkDeployment } from '../doctor/deployment.ts'
import { checkInstallation } from '../doctor/installation.ts'
import { checkDeployedSources, checkPulledPicture, checkSourcesText } from '../doctor/sources.ts'
import { parseBase } from '../edge-request.ts'
import { firstSigningKey } from '../signing-key.ts'

const TIMEOUT_MS = 120_000

export const doctor = defineCommand({
  name: 'doctor',
  description: 'Check that this installation can work, or that a deployment does',
  args: {
    url: {
      type: 'string',
      description: 'Where a deployed plugin is mounted: checks it by a small picture, which it removes again',
      valueHint: 'https://host/cdn',
    },
    token: { type: 'string', description: 'Upload token (default: UPLOAD_TOKEN)', valueHint: 'token' },
    key: {
      type: 'string',
      description: 'With --url: key id and secret of signed URLs (default: the first of SIGNING_KEYS)',
      valueHint: 'kid:secret',
    },
    sources: {
      type: 'string',
      description:
        'Sources that pictures are pulled from (default: SOURCES); with --url: those of the deployment',
      valueHint: 'text',
    },
    picture: {
      type: 'string',
      description: 'With --url: a picture of a source; it is pulled',
      valueHint: 'source/path',
    },
  },
  async run(args, io) {
    const text = args.sources ?? io.env.SOURCES ?? ''
    const loopback = io.env.LOOPBACK_SOURCES === 'true'
    const isAsked = args.url === undefined
    const listed = text ? await checkSourcesText({ text, loopback, isAsked }) : []
    if (args.url === undefined) return report([...(await checkInstallation()), ...listed])
    const token = args.token ?? io.env.UPLOAD_TOKEN
    const keys = args.key ?? io.env.SIGNING_KEYS
    const target = { base: parseBase(args.url, '--url'), token, timeoutMs: TIMEOUT_MS }
    const checks = await checkDeployment(target, keys ? firstSigningKey(keys) : undefined)
    // A deployment that does not answer cannot be asked about sources.
    if (!checks[0]?.ok) return report(checks)
    const names = text.split(/[\s,]+/).flatMap((entry) => /^([\w-]+)=/.exec(entry)?.[1] ?? [])
    const deployed = await checkDeployedSources(target, names)
    const picture = args.picture ? [await checkPulledPicture(target, args.picture)] : []
    return report([...checks, ...listed, ...deployed, ...picture])
  },
})

function report(checks: readonly Check[]): Result {
  const ok = checks.every((check) => check.ok)
  return {
    json: { ok, checks },
    text: formatChecks(checks),
    exitCode: ok ? EXIT.ok : EXIT.failed,
  }
}
