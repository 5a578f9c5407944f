/**
 * The command line: src/cli parses arguments, calls one function of another folder and prints its result. Benchmarks
 * are in src/bench, operations on pictures and files in src/node.
 * @module
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { type ArgsDef, type CommandDef, renderUsage } from 'citty'
import { messageOf, StrataError, type StrataErrorCode } from '../core/errors.ts'
import { packageRoot } from '../node/files.ts'
import { type Command, EXIT, type ExitCode, parseCommand, usage } from './command.ts'
import { COMMANDS } from './command-list.ts'
import { explainMissing } from './doctor/installation.ts'
import type { Io } from './io.ts'

/** Codes that end with EXIT.usage, because only the command line has to be changed. */
const USAGE_CODES: readonly StrataErrorCode[] = ['ID_INVALID', 'PARAM_INVALID', 'USAGE']

/** Runs one command line and returns the exit code. Never throws. */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    return await dispatch(argv, io)
  } catch (thrown) {
    return report((await explainMissing(thrown)) ?? thrown, argv, io)
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<ExitCode> {
  const [first] = argv
  if (first === '--version' || first === '-v') {
    io.out(`${version()}\n`)
    return EXIT.ok
  }
  if (first === 'help' && argv.length > 1) return await dispatch([...argv.slice(1), '--help'], io)
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    io.out(`${await renderOverview()}\n`)
    return first === undefined ? EXIT.usage : EXIT.ok
  }
  const words = COMMANDS[first] ? 1 : 2
  const entry = COMMANDS[argv.slice(0, words).join(' ')]
  if (!entry) throw unknownCommand(argv)
  const command = await entry.load()
  const rest = argv.slice(words)
  if (rest.includes('--help') || rest.includes('-h')) {
    io.out(`${await renderCommand(command)}\n`)
    return EXIT.ok
  }
  const args = parseCommand(command, rest)
  // The JSON is for programs; notes of progress would only fill a log.
  const result = await command.run(args, args.json ? { ...io, note: () => undefined } : io)
  io.progress('')
  if (args.json) io.out(`${JSON.stringify(result.json, null, 2)}\n`)
  else if (result.text) io.out(`${result.text}\n`)
  return result.exitCode ?? EXIT.ok
}

/** Of `bench` without one of its words, which words there are. */
function unknownCommand([first = '', second]: readonly string[]): StrataError {
  const words = Object.keys(COMMANDS).filter((name) => name.startsWith(`${first} `))
  if (words.length === 0) return usage(`unknown command ${JSON.stringify(first)}; strata --help lists them`)
  const expected = words.map((name) => name.slice(first.length + 1)).join(', ')
  const got = second === undefined || second.startsWith('-') ? 'nothing' : JSON.stringify(second)
  return usage(`${first}: expected one of ${expected}, got ${got}`)
}

/** Reports an error as one line on stderr, and with `--json` as JSON on stdout. */
function report(thrown: unknown, argv: readonly string[], io: Io): ExitCode {
  const known = thrown instanceof StrataError
  const code = known ? thrown.code : 'INTERNAL'
  const message = messageOf(thrown)
  io.progress('')
  if (argv.includes('--json')) io.out(`${JSON.stringify({ error: { code, message } }, null, 2)}\n`)
  io.err(`strata: ${message}\n`)
  if (!known && thrown instanceof Error && io.env.STRATA_DEBUG) io.err(`${thrown.stack}\n`)
  return USAGE_CODES.includes(code) ? EXIT.usage : EXIT.failed
}

/** Removes the colours that citty adds even when stdout is not a terminal. */
async function renderOverview(): Promise<string> {
  const subCommands: Record<string, CommandDef> = {}
  for (const [name, { description }] of Object.entries(COMMANDS))
    subCommands[name] = { meta: { description } }
  const description = 'One layered file for every size of a picture'
  const meta = { name: 'strata', version: version(), description }
  return stripVTControlCharacters(await renderUsage({ meta, subCommands }))
}

async function renderCommand({ name, description, args, many }: Command): Promise<string> {
  const shown: ArgsDef = {}
  const positionals = Object.keys(args).filter((key) => args[key]?.type === 'positional')
  for (const [key, definition] of Object.entries(args)) {
    shown[many && key === positionals.at(-1) ? `${key} …` : key] = definition
  }
  const meta = { name: `strata ${name}`, description }
  return stripVTControlCharacters(await renderUsage({ meta, args: shown }))
}

function version(): string {
  const text = readFileSync(join(packageRoot(), 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
