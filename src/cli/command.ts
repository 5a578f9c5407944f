import { stripVTControlCharacters } from 'node:util'
import { type ArgDef, type ArgsDef, type ParsedArgs, parseArgs } from 'citty'
import { messageOf, StrataError } from '../core/errors.ts'
import type { Io } from './io.ts'

/** Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 some of several inputs failed. */
export const EXIT = { ok: 0, failed: 1, usage: 2, partial: 3 } as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export interface Result {
  /** Result that `--json` prints. */
  readonly json: unknown
  /** Text that is printed without `--json`, without the last line break. */
  readonly text: string
  readonly exitCode?: ExitCode
}

export interface Command<T extends ArgsDef = ArgsDef> {
  readonly name: string
  readonly description: string
  readonly args: T
  /** Whether the last positional argument may be repeated; all of them are in `args._`. */
  readonly many?: boolean
  run(args: ParsedArgs<T>, io: Io): Promise<Result>
}

/** Arguments of every command. */
const COMMON_ARGS = {
  json: { type: 'boolean', description: 'Print the result as JSON on stdout' },
} as const satisfies ArgsDef

/** Types the arguments of `run` by their definitions, and adds the arguments of every command. */
export function defineCommand<const T extends ArgsDef>(command: Command<T>): Command {
  // Only `run` knows the types of its arguments; its callers treat all commands alike.
  return { ...command, args: { ...command.args, ...COMMON_ARGS } } as unknown as Command
}

/**
 * Parses strictly. citty alone accepts unknown options, options without a value and extra arguments.
 * @throws StrataError USAGE
 */
export function parseCommand(command: Command, argv: readonly string[]): ParsedArgs {
  const args = parse(command, argv)
  const known = new Set(
    Object.entries(command.args).flatMap(([name, definition]) => spellings(name, definition)),
  )
  for (const [name, value] of Object.entries(args as Record<string, unknown>)) {
    if (name === '_') continue
    if (!known.has(name)) throw usage(`unknown option ${name.length > 1 ? '--' : '-'}${name}`)
    if (value === '' && command.args[name]?.type === 'string') throw usage(`--${name} expects a value`)
  }
  const places = Object.values(command.args).filter(({ type }) => type === 'positional').length
  const extra = args._[places]
  if (extra !== undefined && !command.many) throw usage(`unexpected argument ${JSON.stringify(extra)}`)
  return args
}

export function usage(message: string): StrataError {
  return new StrataError('USAGE', message)
}

/** Checks that an option is a file name with the right extension. @throws StrataError USAGE */
export function checkEnding(name: string, text: string, kind: 'jpg' | 'png'): void {
  const pattern = kind === 'png' ? /\.png$/i : /\.jpe?g$/i
  if (!pattern.test(text)) {
    throw usage(`--${name}: expected a name that ends in .${kind}, got ${JSON.stringify(text)}`)
  }
}

/** Parses an option, or a variable (in capitals), that must be an integer. @throws StrataError USAGE */
export function parseInteger(name: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= min && value <= max) return value
  const shown = /^[A-Z]/.test(name) ? name : `--${name}`
  throw usage(`${shown}: expected an integer from ${min} to ${max}, got ${JSON.stringify(text)}`)
}

function parse(command: Command, argv: readonly string[]): ParsedArgs {
  try {
    return parseArgs([...argv], command.args)
  } catch (error) {
    throw usage(stripVTControlCharacters(messageOf(error)))
  }
}

/** citty stores a value under the name, its aliases and their camel-case forms. */
function spellings(name: string, definition: ArgDef): string[] {
  const alias = 'alias' in definition ? (definition.alias ?? []) : []
  const names = [name, ...(Array.isArray(alias) ? alias : [alias])]
  return names.flatMap((spelling) => [
    spelling,
    spelling.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
  ])
}
