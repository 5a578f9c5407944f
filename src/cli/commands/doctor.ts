import { runChecks } from '../checks.ts'
import { defineCommand, EXIT } from '../command.ts'

export const doctor = defineCommand({
  name: 'doctor',
  description: 'Check that this installation can work',
  args: {},
  async run() {
    const checks = await runChecks()
    const ok = checks.every((check) => check.ok)
    return {
      json: { ok, checks },
      text: checks.map(({ name, ok, detail }) => `${ok ? 'ok    ' : 'FAILED'} ${name}: ${detail}`).join('\n'),
      exitCode: ok ? EXIT.ok : EXIT.failed,
    }
  },
})
