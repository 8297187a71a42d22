/** What pure code may not touch, each with what takes its place (architecture.md; style.md 9). */
import { reach, roomOf } from './importLaw.ts'
import type { Source } from './source.ts'

/** Rooms whose whole closure of imports must be pure: what they import of influence is its pure floor by this rule. */
export const PURE_ROOMS = ['primitives', 'consensus', 'precompiles', 'runtime', 'genesis']

const BANNED_GLOBALS: Readonly<Record<string, string>> = {
  Date: "the block's timestamp, or a time passed in",
  performance: 'a duration passed in',
  'Math.random': 'a seed passed in',
  'crypto.getRandomValues': 'bytes passed in',
  'crypto.randomUUID': 'bytes passed in',
  process: 'a value passed in by node/',
  console: 'a returned value, or an effect',
  setTimeout: 'a timer effect',
  setInterval: 'a timer effect',
  setImmediate: 'a plain call',
  fetch: 'an answer passed in by node/',
  WebSocket: 'a message passed in by node/',
  Worker: 'a function passed in by node/',
}

/** Modules of Node that hold no world: all others are banned by name. */
const PURE_NODE_MODULES = ['node:assert', 'node:assert/strict', 'node:buffer']
const WORLDLY_PACKAGES: Readonly<Record<string, string>> = {
  level: 'a StateStore passed in',
  ws: 'a message passed in',
  webgpu: 'a backend passed in',
  commander: 'options passed in',
  picocolors: 'plain text',
  '@chainsafe/blst': 'a Bls passed in',
  secp256k1: 'a function passed in',
}

/** `tools` are programs that a package script runs (the ABI compiler): no part of a room unless the room imports them. */
export function purityOffences(sources: readonly Source[], tools: readonly string[] = []): string[] {
  const roots = sources
    .map(({ path }) => path)
    .filter((path) => PURE_ROOMS.includes(roomOf(path)) && !tools.includes(path))
  const closure = reach(
    sources.map((source) => ({ ...source, imports: source.imports.filter(({ how }) => how !== 'mention') })),
    roots,
  )
  return sources.filter(({ path }) => closure.has(path)).flatMap(fileOffences)
}

function fileOffences({ path, globals, imports }: Source): string[] {
  const names = globals.flatMap(({ name, line }) => {
    const banned = [name, name.split('.')[0]!].find((key) => Object.hasOwn(BANNED_GLOBALS, key))
    return banned === undefined ? [] : [`${path}:${line} pure: ${name} is banned here; take ${BANNED_GLOBALS[banned]}`]
  })
  const modules = imports.flatMap(({ to, line }) => {
    if (to.startsWith('node:') && !PURE_NODE_MODULES.includes(to))
      return [`${path}:${line} pure: ${to} is banned here; let node/ pass in what it gives`]
    const taken = WORLDLY_PACKAGES[to]
    return taken === undefined ? [] : [`${path}:${line} pure: ${to} is banned here; take ${taken}`]
  })
  return [...names, ...modules]
}
