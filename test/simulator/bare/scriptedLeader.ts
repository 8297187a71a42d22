/**
 * A Byzantine key that runs no honest code, as twins do: it proposes on any old block, shows each half another candidate,
 * with the right certificates, others or none, and signs every statement it hears of (testing.md §3).
 */
import type { Ballot, Candidate, Hash, Message } from '../../../consensus/step.ts'
import type { Certificate } from '../../../primitives/certificate.ts'
import type { Actor, ActorHands } from './bareRun.ts'
import { viewOfMessage } from './bareRun.ts'

/** What it remembers of the past to build on. */
const REMEMBERED_MAX = 64
const FAR_VIEWS = 400

export function createScriptedLeader(hands: ActorHands): Actor {
  const { crypto, key, random, honest, root } = hands
  const known = new Map<Hash, Candidate>([[root.id, root]])
  const certificates: Certificate[] = []
  const proposedIn = new Set<number>()
  const signedIn = new Set<string>()
  let highest = 0

  const someone = () => honest.filter(() => random.oneIn(2))
  const vote = (ballot: Ballot) => {
    const text = `${ballot.kind} ${ballot.view} ${ballot.kind === 'skip' ? '' : ballot.id}`
    if (signedIn.has(text)) return
    signedIn.add(text)
    hands.onSigned(ballot.kind, ballot.view, ballot.kind === 'skip' ? '' : ballot.id)
    const message: Message = { kind: 'vote', vote: { signer: key, ballot, signature: crypto.sign(key, ballot) } }
    for (const to of random.oneIn(3) ? honest : someone()) hands.send(to, message)
  }

  const parentFor = (view: number): Candidate => {
    const below = [...known.values()].filter((candidate) => candidate.view < view)
    // Mostly the newest, as an honest leader would: a bad parent must come among good ones.
    const newest = below.reduce((best, candidate) => (candidate.view > best.view ? candidate : best), root)
    return random.oneIn(2) ? newest : random.pick(below)
  }
  const proofFor = (parent: Candidate, view: number): Certificate[] => {
    const kept = certificates.filter((own) =>
      own.kind === 'skip' ? own.view > parent.view && own.view < view : own.view === parent.view,
    )
    return random.oneIn(3) ? kept.filter(() => random.oneIn(2)) : kept
  }
  const propose = (view: number, to: readonly number[]) => {
    const parent = parentFor(view)
    const blockHash = hands.makeBlock(random.oneIn(8) ? root : parent, !random.oneIn(8))
    const named = { view, parentView: parent.view, parentId: parent.id, blockHash }
    const candidate: Candidate = { ...named, id: crypto.candidateId(named) }
    known.set(candidate.id, candidate)
    const signature = crypto.sign(key, { kind: 'proposal', view, id: candidate.id })
    const proposal = { candidate, signature, certificates: proofFor(parent, view) }
    for (const node of to) hands.send(node, { kind: 'proposal', proposal })
    vote({ kind: 'notarize', view, id: candidate.id })
  }
  const lead = (view: number) => {
    if (hands.leaderOf(view) !== key || proposedIn.has(view) || random.oneIn(8)) return
    proposedIn.add(view)
    const half = someone()
    if (random.oneIn(3)) return propose(view, random.oneIn(2) ? honest : half)
    propose(view, half)
    propose(view, random.oneIn(4) ? someone() : honest.filter((node) => !half.includes(node)))
  }
  const enter = (view: number) => {
    if (view <= highest) return
    highest = view
    if (random.oneIn(2)) vote({ kind: 'skip', view })
    // Of a view that nobody is near: what must not be kept.
    if (random.oneIn(4)) vote({ kind: 'skip', view: view + random.int(1, FAR_VIEWS) })
    lead(view)
    lead(view + 1)
  }

  return {
    onMessage(message) {
      const view = viewOfMessage(message)
      if (message.kind === 'proposal') {
        const { candidate } = message.proposal
        known.set(candidate.id, candidate)
        vote({ kind: 'notarize', view, id: candidate.id })
        if (random.oneIn(2)) vote({ kind: 'finalize', view, id: candidate.id })
      }
      if (message.kind === 'certificate') certificates.push(message.certificate)
      if (message.kind === 'vote' && random.oneIn(2)) vote(message.vote.ballot)
      if (known.size > REMEMBERED_MAX) known.delete([...known.keys()][1]!)
      if (certificates.length > REMEMBERED_MAX) certificates.shift()
      enter(message.kind === 'certificate' ? view + 1 : view)
    },
    onHeal() {},
  }
}
