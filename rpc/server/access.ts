/** Who may ask: the Host check against DNS rebinding and the origins of CORS (rpc.md, "Transport"). */
import { isIP } from 'node:net'

export interface AccessRules {
  /** Host names that may stand in the Host header besides `localhost` and IP addresses; `*` allows all. */
  readonly hosts: readonly string[]
  /** Origins of pages that may ask; `*` allows all; none by default. */
  readonly origins: readonly string[]
}

/** Name in a Host header without its port: `[::1]:8545` → `::1`. */
function hostName(header: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(header)
  return (bracketed?.[1] ?? header.replace(/:\d+$/, '')).toLowerCase()
}

/** A page that rebinds its own name to 127.0.0.1 still sends that name; addresses cannot be rebound. */
export function isHostAllowed(header: string | undefined, rules: AccessRules): boolean {
  if (header === undefined) return false
  const name = hostName(header)
  return name === 'localhost' || isIP(name) !== 0 || rules.hosts.includes('*') || rules.hosts.includes(name)
}

/** Requests without an Origin come from programs, not from pages. */
export function isOriginAllowed(origin: string | undefined, rules: AccessRules): boolean {
  return origin === undefined || rules.origins.includes('*') || rules.origins.includes(origin)
}

/** Headers that let that origin's page read the answer. */
export function corsHeaders(origin: string | undefined, rules: AccessRules): Readonly<Record<string, string>> {
  if (origin === undefined || !isOriginAllowed(origin, rules)) return {}
  return rules.origins.includes('*')
    ? { 'access-control-allow-origin': '*' }
    : { 'access-control-allow-origin': origin, vary: 'Origin' }
}

export const PREFLIGHT_HEADERS: Readonly<Record<string, string>> = {
  'access-control-allow-methods': 'POST, OPTIONS',
  'access-control-allow-headers': 'content-type, accept, authorization',
  'access-control-max-age': '600',
}
