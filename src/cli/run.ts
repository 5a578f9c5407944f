import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { type ArgsDef, type CommandDef, renderUsage } from 'citty'
import { StrataError, type StrataErrorCode } from '../core/errors.ts'
import { packageRoot } from '../node/files.ts'
import { type Command, EXIT, type ExitCode, parseCommand, usage } from './command.ts'
import type { Io } from './io.ts'

interface Entry {
  readonly description: string
  readonly load: () => Promise<Command>
}

/** Descriptions stand here so that `strata --help` loads no command. Names of two words are subcommands. */
const COMMANDS: Readonly<Record<string, Entry>> = {
  encode: {
    description: 'Encode pictures into .strata files',
    load: async () => (await import('./commands/encode.ts')).encode,
  },
  decode: {
    description: 'Decode one layer of a .strata file into a PNG or JPEG',
    load: async () => (await import('./commands/decode.ts')).decode,
  },
  info: {
    description: 'Show what a .strata file holds',
    load: async () => (await import('./commands/info.ts')).info,
  },
  truncate: {
    description: 'Cut a .strata file after a layer',
    load: async () => (await import('./commands/truncate.ts')).truncate,
  },
  compare: {
    description: 'Say how alike two pictures look: SSIMULACRA2 and PSNR',
    load: async () => (await import('./commands/compare.ts')).compare,
  },
  thumbnail: {
    description: 'Make a thumbnail that hides the detail of 2 or 4 times its size',
    load: async () => (await import('./commands/thumbnail.ts')).thumbnail,
  },
  rescale: {
    description: 'Make a lossless thumbnail of 1/2 or 1/4 the size that can be restored',
    load: async () => (await import('./commands/rescale.ts')).rescale,
  },
  restore: {
    description: 'Restore the picture that a thumbnail hides',
    load: async () => (await import('./commands/restore.ts')).restore,
  },
  placeholder: {
    description: 'Make or decode the progressive placeholder of a picture, 16 bytes a step',
    load: async () => (await import('./commands/placeholder.ts')).placeholder,
  },
  upload: {
    description: 'Upload pictures to an edge and wait until they are ready',
    load: async () => (await import('./commands/upload.ts')).upload,
  },
  list: {
    description: 'List the images of an edge',
    load: async () => (await import('./commands/list.ts')).list,
  },
  delete: {
    description: 'Remove images from an edge',
    load: async () => (await import('./commands/delete.ts')).deleteCommand,
  },
  reencode: {
    description: 'Have images encoded again from their kept originals',
    load: async () => (await import('./commands/reencode.ts')).reencode,
  },
  sign: {
    description: 'Sign the URL of an image',
    load: async () => (await import('./commands/sign.ts')).sign,
  },
  serve: {
    description: 'Run the origin, which encodes for the edge',
    load: async () => (await import('./commands/serve.ts')).serve,
  },
  start: {
    description: 'Run edge and origin on this machine, for development',
    load: async () => (await import('./commands/start.ts')).start,
  },
  doctor: {
    description: 'Check that this installation can work, or that a deployment does',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  'bench rd': {
    description: 'Measure rate and distortion over a folder of pictures',
    load: async () => (await import('./commands/bench/rd.ts')).benchRdCommand,
  },
  'bench delivered': {
    description: 'Measure the bytes of every width against MozJPEG, WebP and AVIF',
    load: async () => (await import('./commands/bench/delivered.ts')).benchDeliveredCommand,
  },
  'bench thumbnail': {
    description: 'Measure pictures restored from thumbnails',
    load: async () => (await import('./commands/bench/thumbnail.ts')).benchThumbnailCommand,
  },
  'bench encode': {
    description: 'Measure the CPU time of encoding by phase, against AVIF',
    load: async () => (await import('./commands/bench/encode.ts')).benchEncodeCommand,
  },
  'bench speed': {
    description: 'Time the transcode to JPEG against AVIF and WebP',
    load: async () => (await import('./commands/bench/speed.ts')).benchSpeedCommand,
  },
  'bench restore': {
    description: 'Time restoring thumbnails against decoding AVIF',
    load: async () => (await import('./commands/bench/restore.ts')).benchRestoreCommand,
  },
  'bench load': {
    description: 'Count answers per second of the edge against plain R2 objects',
    load: async () => (await import('./commands/bench/load.ts')).benchLoadCommand,
  },
  'bench client': {
    description: 'Open a page of pictures in Chromium over a slow link, against AVIF',
    load: async () => (await import('./commands/bench/client.ts')).benchClientCommand,
  },
  'bench memory': {
    description: 'Measure the memory that a transcode to JPEG takes',
    load: async () => (await import('./commands/bench/memory.ts')).benchMemoryCommand,
  },
  'bench exactness': {
    description: 'Decode random pictures with both runtimes and compare symbols and pixels',
    load: async () => (await import('./commands/bench/exactness.ts')).benchExactnessCommand,
  },
  'bench fuzz': {
    description: 'Give forged and damaged files to the decoder',
    load: async () => (await import('./commands/bench/fuzz.ts')).benchFuzzCommand,
  },
}

/** What the user, not we or the input, has to change. */
const USAGE_CODES: readonly StrataErrorCode[] = ['ID_INVALID', 'PARAM_INVALID', 'USAGE']

/** Runs one command line and says how the process should end. Never throws. */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    return await dispatch(argv, io)
  } catch (thrown) {
    return report(thrown, argv, io)
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<ExitCode> {
  const [first] = argv
  if (first === '--version' || first === '-v') {
    io.out(`${version()}\n`)
    return EXIT.ok
  }
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    io.out(`${await renderOverview()}\n`)
    return first === undefined ? EXIT.usage : EXIT.ok
  }
  const words = COMMANDS[first] ? 1 : 2
  const entry = COMMANDS[argv.slice(0, words).join(' ')]
  if (!entry) throw usage(`unknown command ${JSON.stringify(first)}; strata --help lists them`)
  const command = await entry.load()
  const rest = argv.slice(words)
  if (rest.includes('--help') || rest.includes('-h')) {
    io.out(`${await renderCommand(command)}\n`)
    return EXIT.ok
  }
  const args = parseCommand(command, rest)
  const result = await command.run(args, io)
  io.progress('')
  if (args.json) io.out(`${JSON.stringify(result.json, null, 2)}\n`)
  else if (result.text) io.out(`${result.text}\n`)
  return result.exitCode ?? EXIT.ok
}

/** One line for people on stderr; the same as JSON on stdout for programs that asked for it. */
function report(thrown: unknown, argv: readonly string[], io: Io): ExitCode {
  const known = thrown instanceof StrataError
  const code = known ? thrown.code : 'INTERNAL'
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  io.progress('')
  if (argv.includes('--json')) io.out(`${JSON.stringify({ error: { code, message } }, null, 2)}\n`)
  io.err(`strata: ${message}\n`)
  if (!known && thrown instanceof Error && io.env.STRATA_DEBUG) io.err(`${thrown.stack}\n`)
  return USAGE_CODES.includes(code) ? EXIT.usage : EXIT.failed
}

/** citty colours its text even where no terminal shows it. */
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
