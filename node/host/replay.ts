/** After a rewind the store still holds later final blocks: executes them again, up to the newest. */
import assert from 'node:assert/strict'
import { concat, equal } from '../../primitives/bytes.ts'
import { decodeCandidate, decodeCertificate } from '../../primitives/certificate.ts'
import { decodeHeader } from '../../runtime/block/header.ts'
import { isRefusal } from '../../runtime/refusal.ts'
import type { ChainReader } from '../storage/chainReader.ts'
import type { BlockDuties } from './blockDuties.ts'

/** Returns how many blocks were executed again. Throws when a stored block no longer executes: that is a bug. */
export async function replayStoredBlocks(store: ChainReader, duties: BlockDuties): Promise<number> {
  for (let count = 0; ; count++) {
    const height = duties.tip().header.number + 1
    const header = store.header(height)
    const body = store.body(height)
    const record = store.certificate(height)
    if (header === undefined || body === undefined || record === undefined) return count
    const decoded = decodeHeader(header)
    const candidate = decodeCandidate(record.candidate)
    const finalization = decodeCertificate(record.finalization)
    assert(!isRefusal(decoded) && !('code' in candidate) && !('code' in finalization), `block ${height} decodes`)
    const executed = await duties.check(concat(header, body), decoded.coinbase)
    if (isRefusal(executed))
      throw new Error(`stored block ${height}: ${executed.code}: expected ${executed.expected}, got ${executed.got}`)
    assert(equal(executed.hash, candidate.blockHash), `block ${height} is the one that was finalized`)
    await duties.commit(executed, candidate, finalization)
  }
}
