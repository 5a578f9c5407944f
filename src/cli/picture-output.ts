import type { ArgsDef } from 'citty'

/** Option of the commands that write one picture. */
export const PICTURE_OUTPUT = {
  output: {
    type: 'string',
    alias: ['o'] as string[],
    required: true,
    description: 'NAME.png or NAME.jpg',
    valueHint: 'file',
  },
} as const satisfies ArgsDef
