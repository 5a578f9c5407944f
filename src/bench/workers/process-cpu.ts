import { readdir, readFile } from 'node:fs/promises'

const PROGRAM = 'workerd'

/**
 * CPU time that all threads of the Workers' runtime have taken, in milliseconds; undefined on systems without /proc
 * (proc(5), `schedstat`). Only runtimes that this process started count.
 */
export async function workersCpu(): Promise<number | undefined> {
  try {
    const times = await Promise.all((await ownRuntimes()).map(threadTimes))
    return times.length === 0 ? undefined : times.flat().reduce((sum, time) => sum + time, 0)
  } catch {
    return undefined
  }
}

/** Process ids of the runtimes that this process started. Throws on systems without /proc. */
export async function ownRuntimes(): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const own = await Promise.all(ids.map(async (id) => ((await isOwnRuntime(id)) ? id : undefined)))
  return own.filter((id) => id !== undefined)
}

/** A process may end while it is inspected, so a missing file is not an error. */
async function isOwnRuntime(id: string): Promise<boolean> {
  const stat = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => '')
  const [, name, parent] = /\((.*)\) \S (\d+)/.exec(stat) ?? []
  return name === PROGRAM && Number(parent) === process.pid
}

async function threadTimes(id: string): Promise<number[]> {
  const threads = await readdir(`/proc/${id}/task`).catch(() => [])
  return await Promise.all(
    threads.map(async (thread) => {
      const stat = await readFile(`/proc/${id}/task/${thread}/schedstat`, 'utf8').catch(() => '0')
      return Number(stat.split(' ')[0]) / 1e6
    }),
  )
}
