// What lets `npm run build` run beside programs that use its output: `npx strata` and `npm pack` start it in a checkout
// in which `npm start` serves dist/client.
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/**
 * Makes `folder` hold what `fresh` holds, and removes `fresh`. Each file that differs is renamed into its place, so that
 * a reader finds the old or the new one and never none; files that are equal are not touched. Files below chunks/ come
 * first, because the others import them. What `fresh` lacks is removed last.
 */
export async function swapFolder(fresh, folder) {
  const names = (await filesBelow(fresh)).sort((a, b) => isChunk(b) - isChunk(a))
  for (const name of names) {
    const [from, to] = [join(fresh, name), join(folder, name)]
    if (await areEqual(from, to)) continue
    await mkdir(dirname(to), { recursive: true })
    await rename(from, to)
  }
  const kept = new Set(names)
  for (const name of await filesBelow(folder)) {
    if (kept.has(name)) continue
    await rm(join(folder, name))
    await removeEmpty(folder, dirname(name))
  }
  await rm(fresh, { recursive: true, force: true })
}

/** A hash of the names and contents of files and of all files below folders; of what is missing, that it is. */
export async function hashOf(paths) {
  const hash = createHash('sha256')
  for (const path of paths) {
    const below = await filesBelow(path).catch(() => undefined)
    const files = below === undefined ? [path] : below.map((name) => join(path, name))
    for (const file of files) {
      const bytes = await readFile(file).catch(() => undefined)
      hash.update(`${file}\0${bytes?.length ?? 'missing'}\0`).update(bytes ?? '')
    }
  }
  return hash.digest('hex')
}

/** Whether the last build, which wrote this stamp, had these inputs and its outputs are still there. */
export async function isCurrent(stamp, inputs, outputs) {
  const last = await readFile(stamp, 'utf8').then(JSON.parse, () => undefined)
  return last?.inputs === (await hashOf(inputs)) && last?.outputs === (await hashOf(outputs))
}

/** @param inputsHash of the inputs as they were when the build began: they may have changed since */
export async function writeStamp(stamp, inputsHash, outputs) {
  await mkdir(dirname(stamp), { recursive: true })
  await writeFile(stamp, JSON.stringify({ inputs: inputsHash, outputs: await hashOf(outputs) }))
}

/** Paths below a folder, by name. Rejects when it is no folder. */
async function filesBelow(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return files
    .map(({ parentPath, path, name }) => join(parentPath ?? path, name).slice(folder.length + 1))
    .sort()
}

function isChunk(name) {
  return /^chunks[\\/]/.test(name)
}

async function areEqual(a, b) {
  const [left, right] = await Promise.all([readFile(a), readFile(b).catch(() => undefined)])
  return right !== undefined && left.equals(right)
}

/** Removes the folder below `root`, and those around it, as long as they are empty. */
async function removeEmpty(root, below) {
  if (below === '.') return
  const isGone = await rmdir(join(root, below)).then(
    () => true,
    () => false,
  )
  if (isGone) await removeEmpty(root, dirname(below))
}
