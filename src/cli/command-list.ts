import type { Command } from './command.ts'

interface CommandEntry {
  readonly description: string
  readonly load: () => Promise<Command>
}

/** All commands by name; `bench rd` is two words. Descriptions are here so that `strata --help` loads no command. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
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
    description: 'Run the origin, which encodes and renders for the edge',
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
  'bench plain': {
    description: 'Measure the pictures that browsers get against those made of the original',
    load: async () => (await import('./commands/bench/plain.ts')).benchPlainCommand,
  },
  'bench kinds': {
    description: 'Measure drawings, screenshots and logos as they are sent against WebP and AVIF',
    load: async () => (await import('./commands/bench/kinds.ts')).benchKindsCommand,
  },
  'bench thumbnail': {
    description: 'Measure pictures restored from thumbnails',
    load: async () => (await import('./commands/bench/thumbnail.ts')).benchThumbnailCommand,
  },
  'bench encoders': {
    description: 'Find the settings at which encoders look like a JPEG of each quality',
    load: async () => (await import('./commands/bench/encoders.ts')).benchEncodersCommand,
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
  'bench burst': {
    description: 'Ask the Workers and IPX for pages and bursts of new pictures',
    load: async () => (await import('./commands/bench/burst.ts')).benchBurstCommand,
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
    description: 'Give forged files, damaged uploads and odd requests to what reads them',
    load: async () => (await import('./commands/bench/fuzz.ts')).benchFuzzCommand,
  },
  'bench faults': {
    description: 'Kill the parts of a deployment at random, and check what must hold',
    load: async () => (await import('./commands/bench/faults.ts')).benchFaultsCommand,
  },
  'bench hostile': {
    description: 'Send hostile files to the transcoder Worker, and measure what each costs',
    load: async () => (await import('./commands/bench/hostile.ts')).benchHostileCommand,
  },
  'bench soak': {
    description: 'Keep edge and origin under a mixed load for a long time',
    load: async () => (await import('./commands/bench/soak.ts')).benchSoakCommand,
  },
}
