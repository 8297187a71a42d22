/** Kills a block-producing child with SIGKILL at a random moment and checks what its store holds (runtime.md §16). */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fromHex } from '../../primitives/bytes.ts'
import { type Announcement, checkStore } from './storeCheck.ts'

/** What is killed: any program that commits blocks into a store and says so, line by line. */
export interface CrashSubject {
  readonly genesisHash: Uint8Array
  /** Arguments of node for a store folder. */
  readonly argsFor: (folder: string) => readonly string[]
  /** The announcement in a line of its output, if it is one. */
  readonly readLine: (line: string) => Announcement | undefined
}

export interface CrashPlan {
  /** The kill follows this many announcements … */
  readonly announcements: number
  /** … by this long. */
  readonly delayMs: number
}

/** Longest wait for a child's next announcement: a start under load takes a few seconds. */
const CHILD_SILENCE_MS = 60_000

/** One run: start, kill, reopen, check. Returns how many blocks were announced and the head's height. */
export async function crashOnce(
  subject: CrashSubject,
  folder: string,
  plan: CrashPlan,
): Promise<{ readonly announced: number; readonly height: number }> {
  const announced = await runUntilKilled(subject, folder, plan)
  const head = await checkStore(folder, subject.genesisHash, announced)
  return { announced: announced.length, height: head?.height ?? -1 }
}

function runUntilKilled(subject: CrashSubject, folder: string, plan: CrashPlan): Promise<Announcement[]> {
  const child = spawn(process.execPath, subject.argsFor(folder), { stdio: ['ignore', 'pipe', 'pipe'] })
  const announced: Announcement[] = []
  let complaint = ''
  let isKilling = false
  const killSoon = () => {
    if (isKilling) return
    isKilling = true
    setTimeout(() => child.kill('SIGKILL'), plan.delayMs)
  }
  const silence = setTimeout(() => child.kill('SIGKILL'), CHILD_SILENCE_MS)
  child.stderr.on('data', (chunk) => (complaint += chunk))
  createInterface({ input: child.stdout }).on('line', (line) => {
    const block = subject.readLine(line)
    if (block === undefined) return
    announced.push(block)
    silence.refresh()
    if (announced.length >= plan.announcements) killSoon()
  })
  if (plan.announcements === 0) killSoon()
  return new Promise((resolve, reject) => {
    child.on('close', (code, signal) => {
      clearTimeout(silence)
      if (signal === 'SIGKILL' && isKilling) resolve(announced)
      else reject(new Error(`child ended by itself or fell silent: code ${code}, signal ${signal}\n${complaint}`))
    })
  })
}

/** `block HEIGHT 0xHASH`. */
export function readBlockLine(line: string): Announcement | undefined {
  const match = /^block (\d+) (0x[0-9a-f]{64})$/.exec(line)
  return match === null ? undefined : { height: Number(match[1]), hash: fromHex(match[2]!) }
}

/** Plans drawn from a seed (mulberry32): mostly in the midst of committing, some while starting. */
export function drawPlans(seed: number, count: number): CrashPlan[] {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return Array.from({ length: count }, () =>
    next() < 0.15
      ? { announcements: 0, delayMs: Math.floor(next() * 600) }
      : { announcements: 1 + Math.floor(next() * 60), delayMs: next() * 8 },
  )
}

export function describePlan(plan: CrashPlan): string {
  return `kill ${plan.delayMs.toFixed(1)} ms after ${plan.announcements} announcements`
}
