/** The pure core alone: a view's inputs in calm running, given to one validator whose cryptography costs nothing. */
import { createCore, step } from '../../../consensus/core.ts'
import type { Candidate, Input } from '../../../consensus/step.ts'
import { finalizeOf, notarizeOf, optionsOf, ROOT } from '../../consensus/oneCore.ts'
import { candidateOn, createTagCrypto } from '../../consensus/tagCrypto.ts'
import { cpuMsSince } from '../cpuTime.ts'

const VIEWS = 200
const SELF = 0

export interface StepFigures {
  readonly n: number
  readonly inputs: number
  /** Of processor time: others on the machine lengthen only the wall's. */
  readonly inputsPerS: number
}

/** Leaders take turns, all votes come in, each block is final in its view. */
export function measureSteps(n: number): StepFigures {
  const chain = [ROOT]
  for (let view = 1; view <= VIEWS; view++) chain.push(candidateOn(chain.at(-1)!, view))
  const views = chain.slice(1).map((candidate) => inputsOf(candidate, n))
  const powers = Array<bigint>(n).fill(1n)
  const core = createCore(optionsOf({ self: SELF, powers }, { ...createTagCrypto(), ...freeCrypto }))
  const queue: Input[] = [{ kind: 'started' }]
  let inputs = 0
  const runQueue = () => {
    for (let input = queue.shift(); input !== undefined; input = queue.shift()) {
      inputs += 1
      for (const effect of step(core, input)) {
        if (effect.kind === 'cast')
          queue.push({ kind: 'vote', vote: { signer: SELF, ballot: effect.ballot, signature: SIGNATURE } })
        else if (effect.kind === 'check') queue.push({ kind: 'checked', id: effect.candidate.id, valid: true })
        else if (effect.kind === 'build' && effect.view <= VIEWS) {
          const { blockHash } = chain[effect.view]!
          queue.push({ kind: 'built', view: effect.view, parentId: effect.parent.id, blockHash })
        } else if (effect.kind === 'propose') {
          const { candidate, certificates } = effect
          queue.push({ kind: 'proposal', peer: null, proposal: { candidate, certificates, signature: SIGNATURE } })
        }
      }
    }
  }
  const before = process.cpuUsage()
  runQueue()
  for (const view of views)
    for (const input of view) {
      queue.push(input)
      runQueue()
    }
  const seconds = cpuMsSince(before) / 1_000
  if (core.lastFinal.view !== VIEWS) throw new Error(`view ${core.lastFinal.view} of ${VIEWS} is final`)
  return { n, inputs, inputsPerS: inputs / seconds }
}

const SIGNATURE = new Uint8Array(96)
const freeCrypto = { verify: () => true, aggregate: () => SIGNATURE }

/** What the others send in a view: the proposal, and two votes each. */
function inputsOf(candidate: Candidate, n: number): Input[] {
  const leader = candidate.view % n
  const others = Array.from({ length: n - 1 }, (_, i) => i + 1)
  const votes = [notarizeOf(candidate), finalizeOf(candidate)].flatMap((ballot) =>
    others.map((signer): Input => ({ kind: 'vote', vote: { signer, ballot, signature: SIGNATURE } })),
  )
  if (leader === SELF) return votes
  const proposal = { candidate, signature: SIGNATURE, certificates: [] }
  return [{ kind: 'proposal', peer: `peer ${leader}`, proposal }, ...votes]
}
