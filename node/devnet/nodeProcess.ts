/** One node of a local network in a process of its own: its description, its log lines, its end. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A node on a machine busy with others answers within some seconds. */
const START_TIMEOUT_MS = 60_000
/** What an ended node said last, for the error. */
const LAST_WORDS_CHARACTERS = 4_000

export class NodeProcessError extends Error {
  readonly code = 'NodeProcessFailed'
  constructor(message: string) {
    super(message)
    this.name = 'NodeProcessError'
  }
}

/** What a node prints once it answers, with `--json`. */
export interface NodeDescription {
  readonly rpcUrl: string
  readonly wsUrl: string
  readonly chainId: number
  readonly genesisHash: string
  /** `run` only. */
  readonly peerId?: string | null
  /** `run` only: multiaddrs. */
  readonly p2pAddresses?: readonly string[]
}

export interface NodeProcess {
  readonly label: string
  readonly pid: number
  /** Rejects when it ends before it answers. */
  readonly described: Promise<NodeDescription>
  /** `status 0`, `signal SIGKILL`. */
  readonly ended: Promise<string>
  /** Asks it to close, and waits until it has. */
  stop(): Promise<void>
}

export interface NodeProcessOptions {
  readonly label: string
  /** Command and options of `openledger`; `--json` must be among them. */
  readonly args: readonly string[]
  /** A line of its log, without the line end. */
  readonly onLine: (line: string) => void
}

/** Starts `openledger ARGS` on this very runtime. It never outlives this process's orderly end. */
export function startNodeProcess({ label, args, onLine }: NodeProcessOptions): NodeProcess {
  const main = fileURLToPath(new URL(`../main${extname(import.meta.url)}`, import.meta.url))
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const killChild = () => child.kill('SIGKILL')
  process.once('exit', killChild)
  let lastWords = ''
  createInterface({ input: child.stderr }).on('line', (line) => {
    lastWords = `${lastWords}${line}\n`.slice(-LAST_WORDS_CHARACTERS)
    onLine(line)
  })
  const ended = new Promise<string>((resolve) => {
    child.once('close', (status, signal) => {
      process.off('exit', killChild)
      resolve(signal === null ? `status ${status}` : `signal ${signal}`)
    })
  })
  const described = describe(label, child, ended, () => lastWords)
  described.catch(() => {})
  return {
    label,
    pid: child.pid!,
    described,
    ended,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'close')
    },
  }
}

function describe(
  label: string,
  child: ChildProcess,
  ended: Promise<string>,
  lastWords: () => string,
): NodeProcess['described'] {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new NodeProcessError(`${label} did not start within ${START_TIMEOUT_MS / 1000} s\n${lastWords()}`))
    }, START_TIMEOUT_MS)
    void ended.then((how) => {
      clearTimeout(timer)
      reject(new NodeProcessError(`${label} ended with ${how}\n${lastWords()}`))
    })
    createInterface({ input: child.stdout! }).once('line', (line) => {
      clearTimeout(timer)
      resolve(JSON.parse(line))
    })
  })
}
