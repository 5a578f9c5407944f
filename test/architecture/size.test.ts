import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { listSources, readSource } from './source.ts'

/** A folder with more files, or a file with more lines, should be split. */
const MAX_FILES = 20
const MAX_LINES = 250

describe('the folders of src/', () => {
  const files = listSources('src')

  it(`hold at most ${MAX_FILES} files each`, () => {
    const folders = [...new Set(files.map((file) => posix.dirname(file)))]
    const filesIn = (folder: string) => files.filter((file) => posix.dirname(file) === folder).length
    expect(folders.filter((folder) => filesIn(folder) > MAX_FILES)).toEqual([])
  })

  it(`hold files of at most ${MAX_LINES} lines`, () => {
    const lines = (file: string) => readSource(file).split('\n').length - 1
    expect(files.filter((file) => lines(file) > MAX_LINES)).toEqual([])
  })
})
