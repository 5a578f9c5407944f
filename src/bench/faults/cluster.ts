import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { WorkerBundles } from '../workers/bundle.ts'
import { freePort } from '../workers/program.ts'
import { Broker } from './broker.ts'
import { FaultyBucket } from './bucket.ts'
import { type WorkerLink, workerProgram } from './host.ts'
import { Program } from './program.ts'
import type { Weather } from './weather.ts'

interface ClusterOptions {
  readonly bundles: WorkerBundles
  /** Path of dist/cli/main.js, whose `serve` is the origin. */
  readonly program: string
  /** Workers that answer requests, each in a process of its own. */
  readonly edges: number
  readonly weather: Weather
  /** A statement before the code of a program that is started: see clock.ts. @default none */
  readonly clock?: () => string
  /** Whether the edges consume messages of the queue too, in turn with the consumer. @default false */
  readonly shared?: boolean
}

/** The token that uploads need. */
export const TOKEN = 'token-of-the-fault-benchmark'

const LOOK_MS = 50

/** Ends a program when this process has ended. */
const WITH_PARENT = "process.once('disconnect', () => process.exit())"

/** Sends the jobs of a Worker to the broker: what `env.JOBS` is here. */
const SENDER = `
  import { WorkerEntrypoint } from 'cloudflare:workers'
  export default class extends WorkerEntrypoint {
    async send(body, options) {
      const message = JSON.stringify({ body, ...options })
      const response = await fetch(this.env.broker, { method: 'POST', body: message })
      if (!response.ok) throw new Error('the queue answered ' + response.status)
    }
  }
`

/**
 * All parts of a deployment on loopback: an origin, several edges and a consumer of the queue, each in its own process,
 * and a bucket and a queue in this process that are never killed.
 */
export class Cluster {
  readonly origin: Program<string>
  readonly edges: readonly Program<WorkerLink>[]
  readonly consumer: Program<WorkerLink>
  readonly bucket: FaultyBucket
  readonly broker: Broker
  /** Programs that ended without a kill. */
  readonly crashes: string[] = []
  readonly #options: ClusterOptions
  readonly #folder: string
  readonly #ports: ReadonlyMap<string, number>
  #brokerUrl = ''
  #deliveries = 0

  private constructor(options: ClusterOptions, folder: string, ports: ReadonlyMap<string, number>) {
    this.#options = options
    this.#folder = folder
    this.#ports = ports
    const onCrash = (name: string, output: string) => void this.crashes.push(`${name} ended:\n${output}`)
    const where = { miniflare: options.bundles.miniflare, temporary: folder }
    const worker = (name: string) => workerProgram(name, where, () => this.#workerOptions(name), onCrash)
    this.edges = [...ports.keys()].filter((name) => name.startsWith('edge')).map(worker)
    this.consumer = worker('consumer')
    this.bucket = new FaultyBucket(options.weather)
    this.broker = new Broker(options.weather, () => this.#nextConsumer())
    this.origin = new Program({
      name: 'origin',
      launch: () => this.#launchOrigin(),
      connect: (child) => answering(child, this.#url('origin')),
      onCrash,
    })
  }

  /** Starts bucket and queue, and with `start` the rest. @throws StrataError INTERNAL */
  static async open(options: ClusterOptions): Promise<Cluster> {
    const folder = await mkdtemp(join(tmpdir(), 'strata-faults-'))
    const edges = Array.from({ length: options.edges }, (_, i) => `edge-${i}`)
    const ports = new Map<string, number>()
    for (const name of ['origin', 'consumer', ...edges]) ports.set(name, await freePort())
    const cluster = new Cluster(options, folder, ports)
    await cluster.bucket.open()
    cluster.#brokerUrl = await cluster.broker.open()
    return cluster
  }

  get programs(): readonly Program<unknown>[] {
    return [this.origin, ...this.edges, this.consumer]
  }

  /** Starts all programs that do not run. @throws StrataError INTERNAL */
  async start(): Promise<void> {
    const stopped = this.programs.filter(({ isRunning }) => !isRunning)
    await Promise.all(stopped.map((program) => program.start()))
  }

  /** Address of an edge, ending with `/cdn/img/`. */
  urlOf(edge: Program<WorkerLink>): string {
    return `${this.#url(edge.name)}/cdn/img/`
  }

  /** Address of the origin, without a slash at the end. */
  get originUrl(): string {
    return this.#url('origin')
  }

  async close(): Promise<void> {
    await Promise.all(this.programs.map((program) => program.kill()))
    this.broker.close()
    this.bucket.close()
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** Each delivery goes to the next running consumer. */
  #nextConsumer(): WorkerLink | undefined {
    const workers = this.#options.shared ? [this.consumer, ...this.edges] : [this.consumer]
    const running = workers.flatMap(({ link }) => link ?? [])
    return running[this.#deliveries++ % running.length]
  }

  #url(name: string): string {
    return `http://127.0.0.1:${this.#ports.get(name)}`
  }

  #launchOrigin() {
    const first = `${WITH_PARENT}\n${this.#options.clock?.() ?? ''}`
    const prelude = ['--import', `data:text/javascript,${encodeURIComponent(first)}`]
    const address = ['--host', '127.0.0.1', '--port', String(this.#ports.get('origin'))]
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('ORIGIN_'))
    return spawn(process.execPath, [...prelude, this.#options.program, 'serve', ...address], {
      env: Object.fromEntries(inherited),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
  }

  /** Options of Miniflare for a Worker as it is deployed, with its transcoder. All Workers share the lease of the first edge. */
  async #workerOptions(name: string): Promise<unknown> {
    const { bundles, clock } = this.#options
    const { edge, transcoder } = bundles
    const [script, ...others] = edge.modules
    const code = script && (await readFile(script.path, 'utf8'))
    const modules = [{ ...script, contents: `${clock?.() ?? ''}\n${code}` }, ...others]
    const { endpoint, bucket, region, accessKeyId, secretAccessKey } = this.bucket.options
    const leader = this.edges[0]?.name
    const isLeader = name === leader
    const lease = { className: 'TranscodeLease', useSQLite: true, ...(!isLeader && { scriptName: leader }) }
    return {
      ...{ host: '127.0.0.1', port: this.#ports.get(name) },
      unsafeDevRegistryPath: join(this.#folder, 'registry'),
      workers: [
        {
          ...{ ...edge, name, modules },
          bindings: {
            ...{ STRATA_ENV: 'production', UPLOAD_TOKEN: TOKEN, ORIGIN_URL: this.originUrl },
            ...{ S3_ENDPOINT: endpoint, S3_BUCKET: bucket, S3_REGION: region },
            ...{ S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey },
          },
          durableObjects: { LEASE: lease },
          serviceBindings: { TRANSCODER: `transcoder-${name}`, JOBS: `sender-${name}` },
        },
        { ...transcoder, name: `transcoder-${name}` },
        {
          name: `sender-${name}`,
          modules: [{ type: 'ESModule', path: 'sender.js', contents: SENDER }],
          compatibilityDate: edge.compatibilityDate,
          bindings: { broker: this.#brokerUrl },
        },
      ],
    }
  }
}

/** @returns the address, once the origin there answers. @throws when the process ends before */
async function answering(child: ChildProcess, url: string): Promise<string> {
  while (child.exitCode === null && child.signalCode === null) {
    const response = await fetch(`${url}/health`).catch(() => undefined)
    await response?.body?.cancel()
    if (response?.ok) return url
    await sleep(LOOK_MS)
  }
  throw new Error('the process has ended')
}
