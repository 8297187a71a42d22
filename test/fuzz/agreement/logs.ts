/** Records of the WAL and the signer log, and what the signer log holds: read back as written, or not at all. */
import {
  decodeFloor,
  decodeStatement,
  encodeFloor,
  type SignedStatement,
} from '../../../node/agreement/durability/castLog.ts'
import { encodeRecord, readRecords } from '../../../node/agreement/durability/record.ts'
import { concat } from '../../../primitives/bytes.ts'
import { statementBytes } from '../../../primitives/statements.ts'
import type { BytesRefused, Decoder } from '../influence/decoder.ts'
import { damagedBytes } from '../influence/files.ts'

const CHAIN = { chainId: 77_116_120n, genesisHash: new Uint8Array(32).fill(7) }
const hash = (n: number) => new Uint8Array(32).fill(n)
const refused = (code: string): BytesRefused => ({ kind: 'invalid', code })

const epochHash = hash(1)
const STATEMENTS: readonly SignedStatement[] = [
  { kind: 'proposal', epochHash, view: 5, id: hash(2) },
  { kind: 'notarize', epochHash, view: 5, id: hash(2) },
  { kind: 'finalize', epochHash, view: 2 ** 47, id: hash(3) },
  { kind: 'skip', epochHash, view: 6 },
  { kind: 'attribution', epochHash, jobId: hash(4), root: hash(5) },
]
const payloads = STATEMENTS.map((statement) => statementBytes(CHAIN, statement))

const statement: Decoder = {
  name: 'signed statement',
  valid: payloads,
  decode(bytes) {
    const read = decodeStatement(CHAIN, bytes)
    return read === undefined ? refused('BadStatement') : statementBytes(CHAIN, read)
  },
}

const floor: Decoder = {
  name: 'floor',
  valid: [encodeFloor({ epoch: 0, view: 0 }), encodeFloor({ epoch: 3, view: 2 ** 40 })],
  decode(bytes) {
    const read = decodeFloor(bytes)
    return read === undefined ? refused('BadFloor') : encodeFloor(read)
  },
}

const records: Decoder = {
  name: 'log records',
  valid: [concat(...payloads.map((payload, i) => encodeRecord({ seq: i + 1, type: 4, payload })))],
  decode(bytes) {
    const read = readRecords(bytes)
    const again = concat(...read.records.map(encodeRecord))
    return read.goodBytes < bytes.length ? refused('RecordsCut') : again
  },
}

export const logs = damagedBytes('agreement/logs', async () => [statement, floor, records])
