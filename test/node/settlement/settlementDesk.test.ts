/** Four desks that hear each other: settlements at a quorum of equal roots, after an epoch change too, and once. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createEpoch } from '../../../consensus/epoch.ts'
import { probeCrypto } from '../../../node/crypto.ts'
import { DEVNET_FILE, openNetwork } from '../../../node/network.ts'
import { createSettlementDesk, type SettlementDesk } from '../../../node/settlement/settlementDesk.ts'
import { equal, toHex, uintToBytes } from '../../../primitives/bytes.ts'
import { keccak256 } from '../../../primitives/hashes.ts'
import { statementHash } from '../../../primitives/statements.ts'
import { checkSettlement, settledId, settlementTransaction } from '../../../runtime/execution/settlement.ts'

const crypto = await probeCrypto()
const { bls } = crypto
const { rules } = openNetwork(DEVNET_FILE, crypto)
const chain = { chainId: 1n, genesisHash: new Uint8Array(32).fill(7) }
const secret = (i: number) => new Uint8Array(32).fill(i + 1)
const validators = [0, 1, 2, 3].map((i) => ({
  operator: new Uint8Array(20).fill(i + 1),
  blsKey: bls.publicKey(secret(i)),
  p2pKey: new Uint8Array(32).fill(i + 1),
  power: 1n,
}))
const epochAt = (number: number) => createEpoch(chain, number, new Uint8Array(32).fill(number), validators)
const version = (root: number) => ({
  kind: 'version' as const,
  versionId: toHex(uintToBytes(1, 32)),
  root: new Uint8Array(32).fill(root),
})

/** Microtasks of signing and sending. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

/** A network in which everyone hears everyone; `silent` ones are not heard. */
function openDesks(silent: readonly number[] = []) {
  let epoch = epochAt(0)
  const quorums = [0, 0, 0, 0]
  const lost: { silent: readonly number[] } = { silent }
  const desks: SettlementDesk[] = [0, 1, 2, 3].map((signer) =>
    createSettlementDesk({
      ...{ chain, bls, epoch },
      async sign(jobId, root) {
        const hash = statementHash(chain, { kind: 'attribution', epochHash: epoch.epochHash, jobId, root })
        return { epoch: epoch.number, signer, signature: bls.sign(secret(signer), hash) }
      },
      send(bytes) {
        if (lost.silent.includes(signer)) return
        for (const [i, desk] of desks.entries()) if (i !== signer) desk.receive(epoch.number, signer, bytes)
      },
      onQuorum: () => quorums[signer]!++,
      onEvidence: () => assert.unreachable('nobody lies here'),
      log: () => {},
    }),
  )
  const final = (settled: readonly Uint8Array[] = []) => {
    for (const desk of desks) desk.settled({ settled }, epoch)
  }
  return {
    desks,
    quorums,
    lost,
    final,
    epoch: () => epoch,
    async nextEpoch() {
      epoch = epochAt(epoch.number + 1)
      final()
      await settle()
    },
  }
}

test('settlement desk: three of four equal roots settle, the fourth waits, and two of four do not', async () => {
  const { desks, quorums, epoch } = openDesks()
  for (const desk of desks.slice(0, 2)) desk.add(version(1))
  desks[3]!.add(version(9))
  await settle()
  assert.equal(quorums, [0, 0, 0, 0])
  assert.equal([...desks[0]!.pending(epoch())], [])
  desks[2]!.add(version(1))
  await settle()
  assert.equal([...desks[3]!.pending(epoch())], [], 'it computed another root')
  assert.equal([...desks[0]!.pending(epochAt(1))], [], 'signed for another epoch')
  const [settlement, ...more] = [...desks[0]!.pending(epoch())]
  assert.is(more.length, 0)
  assert.is(checkSettlement(rules, chain, epoch(), settlement!), undefined)
})

test('settlement desk: after an epoch change all sign again, and the old signatures are worth nothing', async () => {
  const { desks, epoch, nextEpoch } = openDesks()
  for (const desk of desks) desk.add(version(1))
  await settle()
  const [before] = [...desks[0]!.pending(epoch())]
  await nextEpoch()
  const [after] = [...desks[0]!.pending(epoch())]
  assert.not(equal(before!.signature, after!.signature))
})

test('settlement desk: what was not heard is sent again with later blocks; what a block brought is forgotten', async () => {
  const { desks, epoch, lost, final } = openDesks([2, 3])
  for (const desk of desks) desk.add(version(1))
  await settle()
  assert.equal([...desks[0]!.pending(epoch())], [])
  lost.silent = []
  for (let block = 0; block < 8; block++) final()
  await settle()
  const [settlement] = [...desks[0]!.pending(epoch())]
  assert.ok(settlement)
  final([settledId(settlementTransaction(keccak256, settlement!, 1_000_000n))])
  assert.equal([...desks[0]!.pending(epoch())], [])
})

test('settlement desk: garbage, and attestations in another validator’s name, change nothing', async () => {
  const { desks, epoch } = openDesks()
  desks[0]!.add(version(1))
  await settle()
  for (const bytes of [new Uint8Array(0), new Uint8Array(300).fill(7), Uint8Array.of(8, 1)])
    desks[0]!.receive(0, 1, bytes)
  let spoken: Uint8Array | undefined
  const other = createSettlementDesk({
    ...{ chain, bls, epoch: epoch() },
    sign: async () => ({ epoch: 0, signer: 1, signature: bls.sign(secret(1), new Uint8Array(32)) }),
    send: (bytes) => (spoken = bytes),
    ...{ onQuorum: () => {}, onEvidence: () => {}, log: () => {} },
  })
  other.add(version(1))
  await settle()
  for (const signer of [2, 3]) desks[0]!.receive(0, signer, spoken!)
  assert.equal([...desks[0]!.pending(epoch())], [])
})

test.run()
