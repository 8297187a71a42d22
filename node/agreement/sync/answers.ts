/** What peers ask of this node: its status, candidates by id, sealing records, and runs of final blocks. */
import { candidateToWire } from '../../../consensus/messages.ts'
import { isFiller } from '../../../consensus/state.ts'
import type { Candidate } from '../../../consensus/step.ts'
import type { Query } from '../../../p2p/surface.ts'
import { toHex } from '../../../primitives/bytes.ts'
import { sealingCodec } from '../../../primitives/wire/sealing.ts'
import {
  bodyCodec,
  finalBlocksCodec,
  numberCodec,
  statusCodec,
  type WireStatus,
} from '../../../primitives/wire/sync.ts'
import type { Bodies } from '../bodies.ts'
import { collectRange, type RangeStore } from './finalRange.ts'

/** Told to the peer: the question cannot be answered, or is none. */
export class QueryRefused extends Error {
  readonly code = 'QueryRefused'
  constructor(reason: string) {
    super(reason)
    this.name = 'QueryRefused'
  }
}

export interface AnswersOptions extends RangeStore {
  readonly bodies: Bodies
  readonly status: () => WireStatus
}

/** Throws `QueryRefused`. */
export function answerQuery(options: AnswersOptions, query: Query, request: Uint8Array): Promise<Uint8Array> {
  return ANSWERS[query](options, request)
}

const ANSWERS: Readonly<Record<Query, (options: AnswersOptions, request: Uint8Array) => Promise<Uint8Array>>> = {
  async status({ status }) {
    return statusCodec.encode(status())
  },
  async candidate(options, request) {
    const id = toHex(request)
    const candidate = options.bodies.candidate(id) ?? options.bodies.committedById(id)?.candidate
    const block = candidate && blockOf(options, candidate)
    if (candidate === undefined || block === undefined) throw new QueryRefused('no such candidate here')
    return bodyCodec.encode({ candidate: candidateToWire(candidate), block })
  },
  async sealing({ sealing }, request) {
    const record = await sealing(numberOf(request))
    if (record === undefined) throw new QueryRefused('no record of that epoch here')
    return sealingCodec.encode(record)
  },
  async blocks(options, request) {
    const range = await collectRange(options, numberOf(request))
    if (range === undefined) throw new QueryRefused('no final blocks from there on')
    return finalBlocksCodec.encode(range)
  },
}

function numberOf(request: Uint8Array): number {
  const asked = numberCodec.decode(request)
  if ('code' in asked) throw new QueryRefused(`expected ${asked.expected}`)
  return asked.number
}

function blockOf({ bodies, execution }: AnswersOptions, candidate: Candidate): Uint8Array | undefined {
  if (isFiller(candidate)) return new Uint8Array(0)
  const held = bodies.block(candidate.blockHash)
  if (held !== undefined) return held.bytes
  const height = bodies.committedById(candidate.id)?.height
  return height === undefined ? undefined : execution.stored(height)?.bytes
}
