/** What a core starts from: the chain's head, the WAL above it, and the votes of the signer log (consensus.md §8, Start). */
import type { BallotCrypto } from '../../../consensus/ballotCrypto.ts'
import type { EpochWithLeaders } from '../../../consensus/epoch.ts'
import { wireToCandidate } from '../../../consensus/messages.ts'
import { isFiller, type Restored } from '../../../consensus/state.ts'
import type { Ballot, Candidate, Vote } from '../../../consensus/step.ts'
import { toHex } from '../../../primitives/bytes.ts'
import type { Certificate } from '../../../primitives/certificate.ts'
import type { Bodies } from '../bodies.ts'
import type { SignedStatement } from '../durability/castLog.ts'
import type { Signer } from '../durability/signer.ts'
import type { Wal } from '../durability/wal.ts'
import type { Execution } from '../ports.ts'

/** Committed candidates that peers a little behind still ask for by id. */
const SERVED_BLOCKS = 64

export interface RestoringOptions {
  readonly epoch: EpochWithLeaders
  readonly epochBlocks: number
  readonly crypto: BallotCrypto
  readonly execution: Pick<Execution, 'head' | 'stored'>
  readonly wal: Pick<Wal, 'entries'>
  readonly bodies: Bodies
  /** Null: we cast nothing in this epoch. */
  readonly signer: Signer | null
  readonly self: number | null
}

/** Puts the candidates' blocks into `bodies`, too. */
export async function restore(options: RestoringOptions): Promise<Restored> {
  const { epoch, signer, self } = options
  const committed = readCommitted(options)
  const decidedView = committed?.finalization.view ?? 0
  options.bodies.decide(Number.POSITIVE_INFINITY)
  const { certificates, candidates } = await readWal(options, committed?.candidate.view ?? 0)
  const floor = signer?.floor()
  const statements = self === null || signer === null ? [] : signer.signed()
  const above = statements.filter((one) => one.kind !== 'attribution' && one.view > decidedView)
  return {
    committed,
    certificates,
    candidates,
    votes: above.flatMap((statement) => voteOf(signer!, self!, statement)),
    proposals: above.flatMap((statement) =>
      statement.kind === 'proposal'
        ? [{ view: statement.view, id: toHex(statement.id), signature: signer!.repeat(statement) }]
        : [],
    ),
    floorView: floor?.epoch === epoch.number ? floor.view : 0,
  }
}

function readCommitted({ epoch, epochBlocks, crypto, execution, bodies }: RestoringOptions): Restored['committed'] {
  const { height: headHeight } = execution.head()
  const rootHeight = epoch.number * epochBlocks
  let newest: Restored['committed'] = null
  for (let height = Math.max(rootHeight + 1, headHeight - SERVED_BLOCKS); height <= headHeight; height++) {
    const stored = execution.stored(height)!
    const candidate = wireToCandidate(crypto, stored.candidate)
    bodies.commit({ candidate, height })
    newest = { candidate, height, finalization: stored.finalization }
  }
  return newest
}

async function readWal({ epoch, crypto, wal, bodies }: RestoringOptions, committedView: number) {
  const certificates: Certificate[] = []
  const candidates: Candidate[] = []
  for (const entry of await wal.entries(epoch.number)) {
    if (entry.kind === 'certificate') {
      if (entry.certificate.view > committedView) certificates.push(entry.certificate)
      continue
    }
    const candidate = wireToCandidate(crypto, entry.candidate)
    if (candidate.view <= committedView) continue
    if (!isFiller(candidate)) bodies.addBlock(candidate.blockHash, entry.block, candidate.view)
    bodies.keep(candidate)
    candidates.push(candidate)
  }
  return { certificates, candidates }
}

function voteOf(signer: Signer, self: number, statement: SignedStatement): Vote[] {
  if (statement.kind === 'attribution' || statement.kind === 'proposal') return []
  const { kind, view } = statement
  const ballot: Ballot = kind === 'skip' ? { kind, view } : { kind, view, id: toHex(statement.id) }
  return [{ signer: self, ballot, signature: signer.repeat(statement) }]
}
