import { createHash } from 'node:crypto'
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { readHeader } from '../../src/format/reader.ts'
import { logo, pictureFile } from '../format/picture-files.ts'
import { plainPng } from '../origin/fixtures.ts'
import { folder, strata } from './harness.ts'

/** A folder with a picture and its .strata file of four layers. */
/** The codec is not the real one, so that nothing can be measured by it. */
const COMPASS = ['--coding', 'compass']

async function encoded() {
  const dir = await folder({ 'a.png': await plainPng(800, 500) })
  const file = join(dir, 'a.strata')
  expect(
    (await strata(['encode', join(dir, 'a.png'), '-o', file, ...COMPASS, '--widths', '100,320,640,800']))
      .code,
  ).toBe(0)
  return { dir, file, bytes: await readFile(file) }
}

describe('the command line', () => {
  it('shows help and ends with 0; with no command it is a mistake', async () => {
    const help = await strata(['--help'])
    expect(help.code).toBe(0)
    for (const name of [
      'encode',
      'decode',
      'info',
      'truncate',
      'upload',
      'serve',
      'doctor',
      'bench rd',
      'start',
    ]) {
      expect(help.out).toContain(name)
      const own = await strata([...name.split(' '), '--help'])
      expect([own.code, own.out.includes('--json')]).toEqual([0, true])
    }
    expect((await strata(['help', 'bench', 'rd'])).out).toBe((await strata(['bench', 'rd', '--help'])).out)
    expect(help.out).not.toContain('\u001b')
    expect((await strata([])).code).toBe(2)
    expect((await strata(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it.each([
    [['sing'], 'unknown command "sing"'],
    [['bench'], 'bench: expected one of rd, delivered, '],
    [['bench', 'red'], ', soak, got "red"'],
    [['encode', '-o', 'x'], 'Missing required positional argument: IN'],
    [['encode', 'a.png'], 'Missing required argument: --output'],
    [['encode', 'a.png', '-o'], '--output expects a value'],
    [['encode', 'a.png', '-o', 'x', '--qualty', '3'], 'unknown option --qualty'],
    [['encode', 'a.png', '-o', 'x', '-z'], 'unknown option -z'],
    [
      ['encode', 'a.png', '-o', 'x', '--quality', '101'],
      'quality: expected an integer from 1 to 100, or auto:30 to auto:90, got "101"',
    ],
    [['encode', 'a.png', '-o', 'x', '--bg', 'red'], 'bg: expected a colour'],
    [['decode', 'a', 'b', '-o', 'x.png'], 'unexpected argument "b"'],
    [['decode', 'a', '-o', 'x.gif'], 'expected a name that ends in .png or .jpg'],
    [['decode', 'a', '-o', 'x.png', '--layer', '1', '--width', '2'], 'exclude each other'],
    [['decode', 'a', '-o', 'x.png', '--layer', '-1'], '--layer'],
    [['decode', 'a', '-o', 'x.png', '--runtime', 'gpu'], 'Expected one of: node, wasm'],
    [['upload', 'a', '--to', 'localhost/cdn'], '--to: expected an address such as http://host/cdn'],
    [
      ['bench', 'rd', '--images', '.', '--out', 'x', '--qualities', '10,0'],
      '--qualities: expected an integer',
    ],
    [['serve', '--port', '99999'], 'ORIGIN_PORT: expected an integer from 0 to 65535'],
  ])('ends with 2 for %j', async (argv, message) => {
    const { code, err, out } = await strata(argv)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(message)
    expect(err).not.toContain('\u001b')
  })

  it('reports errors as JSON as well when JSON was asked for', async () => {
    const { code, json, err } = await strata(['info', '/nowhere/a.strata', '--json'])
    expect(code).toBe(1)
    const message = '/nowhere/a.strata: no such file or directory'
    expect(json()).toEqual({ error: { code: 'FILE_FAILED', message } })
    expect(err).toBe(`strata: ${message}\n`)
  })
})

describe('encode', () => {
  it('encodes one picture into the named file', async () => {
    const dir = await folder({ 'a.png': await plainPng(400, 200) })
    const output = join(dir, 'b.strata')
    const { code, json } = await strata([
      'encode',
      ...COMPASS,
      join(dir, 'a.png'),
      '-o',
      output,
      '--quality',
      '30',
      '--json',
    ])
    expect(code).toBe(0)
    const [file] = json().files
    expect(file).toMatchObject({ output, source: { width: 400, height: 200 } })
    const header = readHeader(await readFile(output))
    expect(header.layers.map(({ width, quality }) => `${width}@${quality}`)).toEqual(['320@30', '400@30'])
    expect(file.layers[1].end).toBe(header.totalLength)
    expect(await readdir(dir)).toEqual(['a.png', 'b.strata']) // and no temporary file
  })

  it('encodes several into a folder that it creates; a failure among them gives exit code 3', async () => {
    const png = await plainPng()
    const dir = await folder({ 'a.png': png, 'b.jpg': 'no picture', 'c.png': png })
    const inputs = ['a.png', 'b.jpg', 'c.png'].map((name) => join(dir, name))
    const output = join(dir, 'out', 'deep')
    const { code, json, err } = await strata(['encode', ...inputs, '-o', output, ...COMPASS, '--json'])
    expect(code).toBe(3)
    expect(json().files.map((file: { input: string }) => file.input)).toEqual([inputs[0], inputs[2]])
    expect(json().failed).toEqual([
      { input: inputs[1], error: expect.objectContaining({ code: 'INPUT_UNSUPPORTED' }) },
    ])
    expect(err).toContain('b.jpg: picture: expected one of')
    expect(await readdir(output)).toEqual(['a.strata', 'c.strata'])
    expect((await strata(['encode', inputs[1]!, join(dir, 'nothing.png'), '-o', output])).code).toBe(1)
    expect((await strata(['encode', inputs[1]!, '-o', output])).code).toBe(1)
  })

  it('refuses to write two into one file, or one onto an input', async () => {
    const dir = await folder({ 'a.png': await plainPng(), 'a.jpg': 'x' })
    const [png, jpg] = [join(dir, 'a.png'), join(dir, 'a.jpg')]
    expect(await strata(['encode', png, jpg, '-o', dir])).toMatchObject({ code: 2 })
    expect(await strata(['encode', png, '-o', png])).toMatchObject({ code: 2 })
    expect((await readFile(png)).length).toBeGreaterThan(50)
  })

  it('leaves the old file when it fails, and writes through a link', async () => {
    const dir = await folder({ 'a.png': await plainPng(), 'bad.png': 'x', 'old.strata': 'old' })
    const old = join(dir, 'old.strata')
    expect((await strata(['encode', join(dir, 'bad.png'), '-o', old])).code).toBe(1)
    expect(await readFile(old, 'utf8')).toBe('old')
    await symlink(old, join(dir, 'link'))
    expect((await strata(['encode', join(dir, 'a.png'), '-o', join(dir, 'link')])).code).toBe(0)
    expect(readHeader(await readFile(old)).layers).toHaveLength(1)
    expect(await strata(['encode', join(dir, 'a.png'), '-o', join(dir, 'no', 'x.strata')])).toMatchObject({
      code: 1,
    })
  })
})

describe('info and truncate', () => {
  it('prints the description that the edge prints', async () => {
    const { file, bytes, dir } = await encoded()
    const { json, code } = await strata(['info', file, '--json', '--symbols'])
    const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex').slice(0, 32)
    expect(code).toBe(0)
    expect(json()).toMatchObject({
      format: 'strata',
      modelSet: '0123456789abcdef',
      bytes: bytes.length,
      source: { width: 800, height: 500, sha256: sha256(await readFile(join(dir, 'a.png'))) },
      placeholder: { steps: 0, base64: '', dataUri: null },
      etag: `"${sha256(bytes)}.3"`,
      state: 'ready',
      symbols: ['symbols-0', 'symbols-1', 'symbols-2', 'symbols-3'],
    })
    expect(json().layers[3]).toEqual({
      ...readHeader(bytes).layers[3],
      ...{ checksum: undefined, flags: undefined, score: undefined },
    })
    expect((await strata(['info', file])).out).toMatch(/layer 3 {2}800x500 {2}quality \d+ {2}bytes/)
  })

  it('cuts after a layer', async () => {
    const { file, bytes, dir } = await encoded()
    const cut = join(dir, 'cut.strata')
    const { code, json } = await strata(['truncate', file, '--layer', '1', '-o', cut, '--json'])
    const { end } = readHeader(bytes).layers[1]!
    expect([code, json().bytes]).toEqual([0, end])
    expect(await readFile(cut)).toEqual(bytes.subarray(0, end))
    expect((await strata(['info', cut, '--json'])).json()).toMatchObject({
      state: 'truncated',
      wholeLayers: 2,
      etag: null,
    })
    expect(await strata(['truncate', file, '--layer', '4', '-o', cut])).toMatchObject({ code: 2 })
    expect(await strata(['truncate', cut, '--layer', '2', '-o', join(dir, 'x')])).toMatchObject({ code: 1 })
    expect(
      await strata(['truncate', join(dir, 'a.png'), '--layer', '0', '-o', join(dir, 'x')]),
    ).toMatchObject({ code: 1 })
  })
})

describe('decode', () => {
  it.each([
    [[], 3, 800],
    [['--layer', '0'], 0, 100],
    [['--width', '100'], 0, 100],
    [['--width', '101'], 1, 320],
    [['--width', '640', '--runtime', 'wasm'], 2, 640],
    [['--width', '5000'], 3, 800],
  ])('with %j takes layer %i', async (options, layer, width) => {
    const { file, dir } = await encoded()
    const output = join(dir, 'x.png')
    const { code, json } = await strata(['decode', file, '-o', output, '--json', ...options])
    expect([code, json().layer]).toEqual([0, layer])
    expect(await sharp(output).metadata()).toMatchObject({ format: 'png', width })
  })

  it('takes the highest whole layer of a cut file, and refuses a missing layer', async () => {
    const { bytes, dir } = await encoded()
    const cut = join(dir, 'cut.strata')
    await writeFile(cut, bytes.subarray(0, readHeader(bytes).layers[2]!.end - 1))
    const output = join(dir, 'x.jpg')
    expect((await strata(['decode', cut, '-o', output, '--json'])).json().layer).toBe(1)
    expect((await sharp(output).metadata()).format).toBe('jpeg')
    expect((await strata(['decode', cut, '-o', output, '--json', '--width', '800'])).json().layer).toBe(1)
    const missing = await strata(['decode', cut, '-o', output, '--json', '--layer', '2'])
    expect([missing.code, missing.json().error.code]).toEqual([1, 'FORMAT_TRUNCATED'])
    const none = await strata(['decode', cut, '-o', output, '--json', '--layer', '4'])
    expect([none.code, none.json().error.code]).toEqual([2, 'PARAM_INVALID'])
  })

  it('keeps the alpha of a picture layer in a PNG, and composites it over white in a JPEG', async () => {
    const drawing = logo(80, 40, true)
    const dir = await folder({ 'a.strata': await pictureFile(drawing, [{ width: 80, coding: 'webp' }]) })
    const [file, png, jpg] = ['a.strata', 'a.png', 'a.jpg'].map((name) => join(dir, name)) as [
      string,
      string,
      string,
    ]
    for (const output of [png, jpg]) {
      expect((await strata(['decode', file, '-o', output, '--json'])).json()).toMatchObject({
        ...{ layer: 0, width: 80, height: 40 },
      })
    }
    const shown = async (path: string) => await sharp(path).flatten({ background: '#00f' }).raw().toBuffer()
    const wanted = sharp(drawing.rgba, { raw: { width: 80, height: 40, channels: 4 } })
    expect(await shown(png)).toEqual(await wanted.clone().flatten({ background: '#00f' }).raw().toBuffer())
    const onWhite = await wanted.clone().flatten({ background: '#fff' }).raw().toBuffer()
    const jpeg = await shown(jpg)
    expect(jpeg).toHaveLength(onWhite.length)
    const distance = onWhite.reduce((sum, value, i) => sum + Math.abs(value - jpeg[i]!), 0) / onWhite.length
    expect(distance).toBeLessThan(3)
    expect([...jpeg.subarray(0, 3)].every((value) => value > 250)).toBe(true)
  })
})

describe('serve', () => {
  it('prints its settings without the token', async () => {
    const env = { ORIGIN_TOKEN: 'secret', ORIGIN_WAITING: '3' }
    const { out, json } = await strata(['serve', '--print-config', '--json', '--port', '1234'], { env })
    expect(out).not.toContain('secret')
    expect(json()).toMatchObject({ port: 1234, waiting: 3, token: '***' })
  })

  it('serves until it is told to stop', async () => {
    const controller = new AbortController()
    let printed = ''
    const running = strata(['serve', '--port', '0', '--json'], {
      stopSignal: () => controller.signal,
      out: (text) => {
        printed += text
        if (text.includes('ready')) void checkThenStop(JSON.parse(text).ready)
      },
    })
    async function checkThenStop(url: string) {
      const response = await fetch(`${url}/encode?coding=compass`, { method: 'POST', body: await plainPng() })
      printed += `status ${response.status}`
      controller.abort()
    }
    expect((await running).code).toBe(0)
    expect(printed).toContain('status 200')
  })
})
