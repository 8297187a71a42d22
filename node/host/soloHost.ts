/**
 * Agreement of one: drives build → commit, and signs what a quorum of one signs. The statements, certificates and hashes
 * are those of consensus.md, so the Simplex core can take its place.
 */
import assert from 'node:assert/strict'
import type { EpochWithLeaders } from '../../consensus/epoch.ts'
import type { Bls } from '../../primitives/bls.ts'
import { equal, fromHex, toHex } from '../../primitives/bytes.ts'
import type { Certificate } from '../../primitives/certificate.ts'
import { encodeSigners } from '../../primitives/signers.ts'
import { type ChainContext, type Statement, statementHash } from '../../primitives/statements.ts'
import { type Candidate, candidateId } from '../../primitives/validatorSet.ts'
import type { BlockExecution } from '../execution/execution.ts'

export interface SoloHostOptions {
  readonly execution: BlockExecution
  readonly chain: ChainContext
  readonly bls: Bls
  /** 32 bytes. */
  readonly blsSecret: Uint8Array
  readonly onFault: (error: unknown) => void
}

export interface SoloHost {
  start(): void
  /** Ends after the block at work; no build may be waiting for its turn. */
  close(): Promise<void>
}

export function createSoloHost(options: SoloHostOptions): SoloHost {
  let isClosed = false
  let running: Promise<void> = Promise.resolve()
  const run = async () => {
    while (!isClosed) await produce(options, () => isClosed)
  }
  return {
    start() {
      running = run().catch(options.onFault)
    },
    async close() {
      isClosed = true
      await running
    },
  }
}

/** One view. */
async function produce(options: SoloHostOptions, isAbandoned: () => boolean): Promise<void> {
  const { execution } = options
  const { header, hash } = execution.tip()
  const epoch = execution.ofBlock(header.number + 1)
  const parent = equal(hash, epoch.rootBlockHash) ? undefined : execution.stored(header.number)?.candidate
  const view = (parent?.view ?? 0) + 1
  const request = { epoch, view, parentHash: toHex(hash), heldBlock: () => undefined, isEmpty: false, isAbandoned }
  const built = await execution.build(request)
  if (built === null) return
  const parentId = parent === undefined ? epoch.epochHash : candidateId(options.chain, epoch.epochHash, parent)
  const candidate = { view, parentView: parent?.view ?? 0, parentId, blockHash: fromHex(built.blockHash) }
  const finalization = finalize(options, epoch, candidate)
  await execution.commit({ candidate, finalization, bytes: built.bytes })
}

/** A finalization by a quorum of one; it serves as the notarization too (consensus.md §5). */
function finalize(
  { chain, bls, blsSecret }: SoloHostOptions,
  epoch: EpochWithLeaders,
  candidate: Candidate,
): Certificate {
  assert(epoch.validators.length === 1, 'a quorum of one')
  const id = candidateId(chain, epoch.epochHash, candidate)
  const statement: Statement = { kind: 'finalize', epochHash: epoch.epochHash, view: candidate.view, id }
  return {
    kind: 'finalize',
    epoch: epoch.number,
    view: candidate.view,
    id,
    signers: encodeSigners([0], epoch.validators.length),
    signature: bls.sign(blsSecret, statementHash(chain, statement)),
  }
}
