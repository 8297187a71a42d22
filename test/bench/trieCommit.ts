/** `node test/bench/trieCommit.ts`: one block's 1,000 account changes among 20,000, bulk commit beside `@ethereumjs/mpt`. */
import { createMPT } from '@ethereumjs/mpt'
import { MapDB } from '@ethereumjs/util'
import { toHex, uintToBytes } from '../../primitives/bytes.ts'
import { keccak256 } from '../../primitives/hashes.ts'
import { EMPTY_ACCOUNT, EMPTY_ROOT, encodeAccount } from '../../runtime/state/accountRecord.ts'
import { commitTrie, type TrieChange } from '../../runtime/state/trieCommit.ts'

const ACCOUNTS = 20_000
const CHANGES = 1_000
const ROUNDS = 7

const change = (index: number, balanceWei: bigint): TrieChange => ({
  key: keccak256(uintToBytes(index, 20)),
  value: encodeAccount({ ...EMPTY_ACCOUNT, nonce: 1n, balanceWei }),
})
const all = Array.from({ length: ACCOUNTS }, (_, index) => change(index, 10n ** 18n + BigInt(index)))
const blockOf = (round: number) =>
  Array.from({ length: CHANGES }, (_, i) =>
    change((i * 19 + round * 7_919) % (ACCOUNTS + 1_000), BigInt(round * 1_000_000 + i + 1)),
  )

const nodes = new Map<string, Uint8Array>()
const io = {
  read: (hash: Uint8Array) => nodes.get(Buffer.from(hash).toString('latin1')),
  write: (hash: Uint8Array, node: Uint8Array) => nodes.set(Buffer.from(hash).toString('latin1'), node),
  keccak: keccak256,
}
let root = commitTrie(EMPTY_ROOT, all, io)

/** The stock trie with its node cache on (it is off by default), as its checkpoints use it: one flush a block. */
const stock = await createMPT({ db: new MapDB(), cacheSize: 100_000 })
for (const { key, value } of all) await stock.put(key, value)

const ours: number[] = []
const theirs: number[] = []
for (let round = 0; round < ROUNDS; round++) {
  const block = blockOf(round)
  let startMs = performance.now()
  root = commitTrie(root, block, io)
  ours.push(performance.now() - startMs)
  startMs = performance.now()
  stock.checkpoint()
  for (const { key, value } of block) await stock.put(key, value)
  await stock.commit()
  theirs.push(performance.now() - startMs)
  if (toHex(root) !== toHex(stock.root())) throw new Error(`round ${round}: roots differ`)
}
const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!
const keccakMs = (() => {
  const data = new Uint8Array(1024)
  const startMs = performance.now()
  for (let i = 0; i < 500; i++) keccak256(data)
  return (performance.now() - startMs) / 500
})()
console.log(
  JSON.stringify({
    bench: 'trieCommit',
    accounts: ACCOUNTS,
    changes: CHANGES,
    oursMs: median(ours),
    stockMs: median(theirs),
    ratio: median(theirs) / median(ours),
    ratioSpread: ours.map((ms, i) => Number((theirs[i]! / ms).toFixed(2))),
    oursPerKeccakKib: median(ours) / keccakMs,
  }),
)
