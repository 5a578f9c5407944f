import { type Check, runChecks } from '../checks.ts'
import { defineCommand, EXIT, type Result } from '../command.ts'
import { checkDeployment } from '../deployment-checks.ts'
import { parseBase } from '../upload-file.ts'

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
  },
  async run(args, io) {
    if (args.url === undefined) return report(await runChecks())
    const token = args.token ?? io.env.UPLOAD_TOKEN
    return report(await checkDeployment({ base: parseBase(args.url, '--url'), token, timeoutMs: TIMEOUT_MS }))
  },
})

function report(checks: readonly Check[]): Result {
  const ok = checks.every((check) => check.ok)
  return {
    json: { ok, checks },
    text: checks.map(({ name, ok, detail }) => `${ok ? 'ok    ' : 'FAILED'} ${name}: ${detail}`).join('\n'),
    exitCode: ok ? EXIT.ok : EXIT.failed,
  }
}
