/**
 * Every vote, proposal and certificate that ever left a node, and what they must never add up to: I3 to I9. It counts
 * votes and not only certificates: a quorum that nobody has aggregated yet is as wrong.
 */
import type { Report } from './offence.ts'

export type VoteKind = 'notarize' | 'skip' | 'finalize'

export interface SeenVote {
  readonly epoch: number
  readonly view: number
  readonly kind: VoteKind | 'proposal'
  /** Candidate id in hex; empty for a skip. */
  readonly id: string
  readonly signer: number
}

export interface SeenCertificate {
  readonly epoch: number
  readonly view: number
  readonly kind: VoteKind
  readonly id: string
  /** Bitmap: bit i = byte i>>3, bit i&7. */
  readonly signers: Uint8Array
}

/** Powers by validator index, and whether the key is honest. */
export interface SeenSet {
  readonly powers: readonly bigint[]
  readonly isHonest: readonly boolean[]
}

interface Tally {
  readonly signers: Set<number>
  power: bigint
}

interface ViewRecord {
  /** By `kind id`. */
  readonly tallies: Map<string, Tally>
  /** What each signer said first: by `signer kind`, the id. */
  readonly said: Map<string, string>
  notarizedId: string | undefined
  finalId: string | undefined
  isSkipped: boolean
}

export interface VoteLedger {
  onVote(vote: SeenVote): void
  /**
   * `holder` sent it: it holds it. `self` is its own index: after a restart its own recorded vote may be in a certificate
   * that it made before that vote was sent again, and counts as said now; so does the notarize vote that a finalize vote
   * stands on (R5), which is not sent again once the view is final.
   */
  onCertificate(holder: number, certificate: SeenCertificate, self?: number): void
  /** Of a view, by quorums of votes seen. */
  finalId(epoch: number, view: number): string | undefined
  /** Views that anybody voted in. */
  viewsSeen(): number
}

export interface VoteLedgerOptions {
  readonly setOf: (epoch: number) => SeenSet
  /** Whether an honest signer cannot know any more what it voted in that view; default: it always does. */
  readonly isForgotten?: (epoch: number, view: number, signer: number) => boolean
  readonly report: Report
  /** Told once per view, when a quorum of finalize votes is there. */
  readonly onFinal: (epoch: number, view: number, id: string) => void
}

export function createVoteLedger({ setOf, isForgotten = () => false, report, onFinal }: VoteLedgerOptions): VoteLedger {
  const views = new Map<string, ViewRecord>()
  /** By holder, epoch and view: which of skip and finalization it was seen to hold. */
  const held = new Map<string, Set<VoteKind>>()

  const recordOf = (epoch: number, view: number): ViewRecord => {
    const key = `${epoch}/${view}`
    const known = views.get(key)
    if (known !== undefined) return known
    const record: ViewRecord = {
      tallies: new Map(),
      said: new Map(),
      notarizedId: undefined,
      finalId: undefined,
      isSkipped: false,
    }
    views.set(key, record)
    return record
  }

  /** Strictly more than two thirds, by no code that the node shares. */
  const isQuorum = (epoch: number, power: bigint): boolean => {
    const total = setOf(epoch).powers.reduce((sum, own) => sum + own, 0n)
    return 3n * power > 2n * total
  }

  const checkHonest = (record: ViewRecord, { epoch, view, kind, id, signer }: SeenVote) => {
    const forbid = (what: string) => report('I9', `epoch ${epoch} view ${view}: honest ${signer} signed ${what}`)
    const first = record.said.get(`${signer} ${kind}`)
    if (first !== undefined && first !== id) forbid(`two ${kind} votes: ${first} and ${id}`)
    record.said.set(`${signer} ${kind}`, first ?? id)
    if (record.said.has(`${signer} skip`) && record.said.has(`${signer} finalize`)) forbid('finalize and skip')
  }

  const onQuorum = (record: ViewRecord, { epoch, view, kind, id }: Omit<SeenVote, 'signer'>) => {
    const at = `epoch ${epoch} view ${view}`
    if (kind === 'skip') record.isSkipped = true
    if (kind === 'notarize') {
      if (record.notarizedId !== undefined && record.notarizedId !== id)
        report('I5', `${at}: ${record.notarizedId} and ${id} are notarized`)
      record.notarizedId = id
    }
    if (kind === 'finalize') {
      if (record.notarizedId === undefined) report('I6', `${at}: ${id} is final and was not notarized`)
      record.finalId = id
      onFinal(epoch, view, id)
    }
    if (record.isSkipped && record.finalId !== undefined) report('I3', `${at}: skipped, and ${record.finalId} is final`)
    if (record.finalId !== undefined && record.notarizedId !== undefined && record.finalId !== record.notarizedId)
      report('I4', `${at}: ${record.notarizedId} is notarized, ${record.finalId} is final`)
  }

  const onVote = (vote: SeenVote) => {
    const { epoch, view, kind, id, signer } = vote
    const { powers, isHonest } = setOf(epoch)
    const power = powers[signer]
    if (power === undefined) return
    const record = recordOf(epoch, view)
    if (isHonest[signer] && !isForgotten(epoch, view, signer)) checkHonest(record, vote)
    if (kind === 'proposal') return
    const key = `${kind} ${id}`
    const tally = record.tallies.get(key) ?? { signers: new Set(), power: 0n }
    record.tallies.set(key, tally)
    if (tally.signers.has(signer)) return
    const hadQuorum = isQuorum(epoch, tally.power)
    tally.signers.add(signer)
    tally.power += power
    if (!hadQuorum && isQuorum(epoch, tally.power)) onQuorum(record, { epoch, view, kind, id })
  }

  return {
    onVote,
    onCertificate(holder, certificate, self) {
      const { epoch, view, kind, id, signers } = certificate
      const { powers, isHonest } = setOf(epoch)
      const isNamed = (i: number) => (((signers[i >> 3] ?? 0) >> (i & 7)) & 1) === 1
      // What the Byzantine signed they need not have sent to anybody who tells.
      for (const signer of powers.keys()) {
        if (!isNamed(signer) || (signer !== self && isHonest[signer])) continue
        if (signer === self && kind === 'finalize') onVote({ epoch, view, kind: 'notarize', id, signer })
        onVote({ epoch, view, kind, id, signer })
      }
      const at = `epoch ${epoch} view ${view}: node ${holder} sent a ${kind} certificate`
      const tally = recordOf(epoch, view).tallies.get(`${kind} ${id}`)
      let power = 0n
      for (let i = 0; i < signers.length * 8; i++) {
        if (!isNamed(i)) continue
        power += powers[i] ?? 0n
        if (powers[i] === undefined || !tally?.signers.has(i))
          report('I8', `${at} that names ${i}, who cast no such vote`)
      }
      if (!isQuorum(epoch, power)) report('I8', `${at} of power ${power}`)
      if (kind === 'notarize') return
      const key = `${holder}/${epoch}/${view}`
      const kinds = held.get(key) ?? new Set()
      held.set(key, kinds.add(kind))
      if (kinds.size === 2) report('I7', `${at} and holds the opposite`)
    },
    finalId: (epoch, view) => views.get(`${epoch}/${view}`)?.finalId,
    viewsSeen: () => views.size,
  }
}
