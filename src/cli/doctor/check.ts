import { messageOf } from '../../core/errors.ts'

/**
 * src/cli/doctor holds the checks of `strata doctor`: of this installation, or of a deployment from outside.
 * @module
 */

/** State of a check. `absent`: an optional package is not installed. `skipped`: an earlier check failed. */
type CheckState = 'ok' | 'absent' | 'skipped' | 'failed'

export interface Check {
  readonly name: string
  readonly state: CheckState
  /** Whether no action is needed: true for all states but `failed`. */
  readonly ok: boolean
  /** The finding and, when something is missing, the remedy. */
  readonly detail: string
}

export function checked(name: string, state: CheckState, detail: string): Check {
  return { name, state, ok: state !== 'failed', detail }
}

/** Runs one check. When it throws, the check has failed, and the first line of the error is shown with the remedy. */
export async function attempt(name: string, work: () => Promise<string>, remedy: string): Promise<Check> {
  try {
    return checked(name, 'ok', await work())
  } catch (error) {
    const [reason] = messageOf(error).split('\n')
    return checked(name, 'failed', `${reason} (to do: ${remedy})`)
  }
}

/** @throws Error with the message `otherwise` unless `holds` */
export function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}

const LABELS: Readonly<Record<CheckState, string>> = {
  ok: 'ok    ',
  absent: 'absent',
  skipped: '-     ',
  failed: 'FAILED',
}

/** Formats one line per check. */
export function formatChecks(checks: readonly Check[]): string {
  return checks.map(({ name, state, detail }) => `${LABELS[state]} ${name}: ${detail}`).join('\n')
}
