/**
 * src/cli/doctor is what `strata doctor` checks: this installation, or a deployment from outside.
 * @module
 */

/** What a check ended with; `absent`: an optional package is not installed; `skipped`: an earlier failure hides it. */
type CheckState = 'ok' | 'absent' | 'skipped' | 'failed'

export interface Check {
  readonly name: string
  readonly state: CheckState
  /** Whether nothing has to be done: true for all states but `failed`. */
  readonly ok: boolean
  /** What was found, and where something is missing, what to do. */
  readonly detail: string
}

export function checked(name: string, state: CheckState, detail: string): Check {
  return { name, state, ok: state !== 'failed', detail }
}

/** Runs one check. Whatever it throws is a failure, whose first line is shown with the remedy. */
export async function attempt(name: string, work: () => Promise<string>, remedy: string): Promise<Check> {
  try {
    return checked(name, 'ok', await work())
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n')
    return checked(name, 'failed', `${reason} (to do: ${remedy})`)
  }
}

/** @throws Error with `otherwise` unless it holds */
export function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}

const LABELS: Readonly<Record<CheckState, string>> = {
  ok: 'ok    ',
  absent: 'absent',
  skipped: '-     ',
  failed: 'FAILED',
}

/** A line for each check. */
export function formatChecks(checks: readonly Check[]): string {
  return checks.map(({ name, state, detail }) => `${LABELS[state]} ${name}: ${detail}`).join('\n')
}
