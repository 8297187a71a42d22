/** keccak256 on the lanes: leaves and roots of the trees over scores, codes and H (influence.md §4). */
import { laneAddress, slicesPerTree, treesAddress } from './job'

const STATE_BYTES: usize = 200
/** Of a block of keccak256: 1,600 − 2 · 256 bits. */
const RATE: usize = 136
const ROUNDS: usize = 24
const HASH_BYTES: usize = 32
/** Domain bytes of tree.ts. */
const PADDING: u64 = 0
const NODE: u64 = 1
const ROOT: u64 = 2
/** u32 data, bytes, bytes of a chunk, domain, numbers from leaf to leaf, leaves with room for one more, 0, 0. */
const TREE_BYTES: usize = 32
/** Leaves of a task. */
const SLICE_LEAVES: usize = 16

/** Keccak's constants of step ι. */
const ROUND_CONSTANTS = memory.data<u64>([
  0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
  0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
  0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
  0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
  0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
  0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
])

/** Keccak-f[1600] of the 25 words at `state`. */
function permute(state: usize): void {
  let a0 = load<u64>(state, 0)
  let a1 = load<u64>(state, 8)
  let a2 = load<u64>(state, 16)
  let a3 = load<u64>(state, 24)
  let a4 = load<u64>(state, 32)
  let a5 = load<u64>(state, 40)
  let a6 = load<u64>(state, 48)
  let a7 = load<u64>(state, 56)
  let a8 = load<u64>(state, 64)
  let a9 = load<u64>(state, 72)
  let a10 = load<u64>(state, 80)
  let a11 = load<u64>(state, 88)
  let a12 = load<u64>(state, 96)
  let a13 = load<u64>(state, 104)
  let a14 = load<u64>(state, 112)
  let a15 = load<u64>(state, 120)
  let a16 = load<u64>(state, 128)
  let a17 = load<u64>(state, 136)
  let a18 = load<u64>(state, 144)
  let a19 = load<u64>(state, 152)
  let a20 = load<u64>(state, 160)
  let a21 = load<u64>(state, 168)
  let a22 = load<u64>(state, 176)
  let a23 = load<u64>(state, 184)
  let a24 = load<u64>(state, 192)
  for (let round: usize = 0; round < ROUNDS; round++) {
    const c0 = a0 ^ a5 ^ a10 ^ a15 ^ a20
    const c1 = a1 ^ a6 ^ a11 ^ a16 ^ a21
    const c2 = a2 ^ a7 ^ a12 ^ a17 ^ a22
    const c3 = a3 ^ a8 ^ a13 ^ a18 ^ a23
    const c4 = a4 ^ a9 ^ a14 ^ a19 ^ a24
    const d0 = c4 ^ rotl(c1, 1)
    const d1 = c0 ^ rotl(c2, 1)
    const d2 = c1 ^ rotl(c3, 1)
    const d3 = c2 ^ rotl(c4, 1)
    const d4 = c3 ^ rotl(c0, 1)
    const b0 = a0 ^ d0
    const b1 = rotl(a6 ^ d1, 44)
    const b2 = rotl(a12 ^ d2, 43)
    const b3 = rotl(a18 ^ d3, 21)
    const b4 = rotl(a24 ^ d4, 14)
    const b5 = rotl(a3 ^ d3, 28)
    const b6 = rotl(a9 ^ d4, 20)
    const b7 = rotl(a10 ^ d0, 3)
    const b8 = rotl(a16 ^ d1, 45)
    const b9 = rotl(a22 ^ d2, 61)
    const b10 = rotl(a1 ^ d1, 1)
    const b11 = rotl(a7 ^ d2, 6)
    const b12 = rotl(a13 ^ d3, 25)
    const b13 = rotl(a19 ^ d4, 8)
    const b14 = rotl(a20 ^ d0, 18)
    const b15 = rotl(a4 ^ d4, 27)
    const b16 = rotl(a5 ^ d0, 36)
    const b17 = rotl(a11 ^ d1, 10)
    const b18 = rotl(a17 ^ d2, 15)
    const b19 = rotl(a23 ^ d3, 56)
    const b20 = rotl(a2 ^ d2, 62)
    const b21 = rotl(a8 ^ d3, 55)
    const b22 = rotl(a14 ^ d4, 39)
    const b23 = rotl(a15 ^ d0, 41)
    const b24 = rotl(a21 ^ d1, 2)
    a0 = b0 ^ (~b1 & b2) ^ load<u64>(ROUND_CONSTANTS + 8 * round)
    a1 = b1 ^ (~b2 & b3)
    a2 = b2 ^ (~b3 & b4)
    a3 = b3 ^ (~b4 & b0)
    a4 = b4 ^ (~b0 & b1)
    a5 = b5 ^ (~b6 & b7)
    a6 = b6 ^ (~b7 & b8)
    a7 = b7 ^ (~b8 & b9)
    a8 = b8 ^ (~b9 & b5)
    a9 = b9 ^ (~b5 & b6)
    a10 = b10 ^ (~b11 & b12)
    a11 = b11 ^ (~b12 & b13)
    a12 = b12 ^ (~b13 & b14)
    a13 = b13 ^ (~b14 & b10)
    a14 = b14 ^ (~b10 & b11)
    a15 = b15 ^ (~b16 & b17)
    a16 = b16 ^ (~b17 & b18)
    a17 = b17 ^ (~b18 & b19)
    a18 = b18 ^ (~b19 & b15)
    a19 = b19 ^ (~b15 & b16)
    a20 = b20 ^ (~b21 & b22)
    a21 = b21 ^ (~b22 & b23)
    a22 = b22 ^ (~b23 & b24)
    a23 = b23 ^ (~b24 & b20)
    a24 = b24 ^ (~b20 & b21)
  }
  store<u64>(state, a0, 0)
  store<u64>(state, a1, 8)
  store<u64>(state, a2, 16)
  store<u64>(state, a3, 24)
  store<u64>(state, a4, 32)
  store<u64>(state, a5, 40)
  store<u64>(state, a6, 48)
  store<u64>(state, a7, 56)
  store<u64>(state, a8, 64)
  store<u64>(state, a9, 72)
  store<u64>(state, a10, 80)
  store<u64>(state, a11, 88)
  store<u64>(state, a12, 96)
  store<u64>(state, a13, 104)
  store<u64>(state, a14, 112)
  store<u64>(state, a15, 120)
  store<u64>(state, a16, 128)
  store<u64>(state, a17, 136)
  store<u64>(state, a18, 144)
  store<u64>(state, a19, 152)
  store<u64>(state, a20, 160)
  store<u64>(state, a21, 168)
  store<u64>(state, a22, 176)
  store<u64>(state, a23, 184)
  store<u64>(state, a24, 192)
}

/** Working memory of a lane: the state, the last block of a message, the root of an all-padding subtree. */
// @ts-ignore: decorator
@inline
function blockOf(lane: usize): usize { return laneAddress(lane) + 256 }
// @ts-ignore: decorator
@inline
function paddingOf(lane: usize): usize { return laneAddress(lane) + 448 }

function absorb(state: usize, block: usize): void {
  for (let at: usize = 0; at < RATE; at += 8) store<u64>(state + at, load<u64>(state + at) ^ load<u64>(block + at))
  permute(state)
}

/** The digest of `prefixBytes` < 8 bytes of a prefix and of `length` bytes at `data`; it may overwrite them. */
function hash(lane: usize, prefix: u64, prefixBytes: usize, data: usize, length: usize, digest: usize): void {
  const state = laneAddress(lane)
  const block = blockOf(lane)
  memory.fill(state, 0, STATE_BYTES)
  // Byte k of the message stands at from + k, but for the prefix.
  let from = data - prefixBytes
  let left = prefixBytes + length
  const kept: u64 = (<u64>-1) << (8 * prefixBytes)
  // What to take out of a block's first word, and to put in: the first block's prefix.
  let mask = ~kept
  let first = prefix
  while (left >= RATE) {
    store<u64>(state, load<u64>(state) ^ (load<u64>(from) & ~mask) ^ first)
    for (let at: usize = 8; at < RATE; at += 8) store<u64>(state + at, load<u64>(state + at) ^ load<u64>(from + at))
    permute(state)
    from += RATE
    left -= RATE
    mask = 0
    first = 0
  }
  memory.fill(block, 0, RATE)
  memory.copy(block, from, left)
  store<u64>(block, (load<u64>(block) & ~mask) ^ first)
  store<u8>(block + left, 1)
  store<u8>(block, load<u8>(block, RATE - 1) | 0x80, RATE - 1)
  absorb(state, block)
  memory.copy(digest, state, HASH_BYTES)
}

// @ts-ignore: decorator
@inline
function leafCount(tree: usize): usize {
  return (<usize>load<u32>(tree, 4) + <usize>load<u32>(tree, 8) - 1) / load<u32>(tree, 8)
}

/** Some leaves of one tree: hash(domain ‖ u32 number ‖ chunk). */
export function hashLeaves(task: usize, lane: usize): void {
  const tree = treesAddress() + TREE_BYTES * (task / slicesPerTree())
  const data = <usize>load<u32>(tree)
  const bytes = <usize>load<u32>(tree, 4)
  const chunk = <usize>load<u32>(tree, 8)
  const first = SLICE_LEAVES * (task % slicesPerTree())
  const end = min(first + SLICE_LEAVES, leafCount(tree))
  for (let j = first; j < end; j++) {
    const prefix = <u64>load<u32>(tree, 12) | (<u64>(j * load<u32>(tree, 16)) << 8)
    const digest = load<u32>(tree, 20) + HASH_BYTES * j
    hash(lane, prefix, 5, data + j * chunk, min(chunk, bytes - j * chunk), digest)
  }
}

/** The root of one tree, in the place of its first leaf. */
export function hashTree(task: usize, lane: usize): void {
  const tree = treesAddress() + TREE_BYTES * task
  const leaves = <usize>load<u32>(tree, 20)
  const padding = paddingOf(lane)
  const count = leafCount(tree)
  hash(lane, PADDING, 1, padding, 0, padding)
  for (let width = count; width > 1; width = (width + 1) >> 1) {
    memory.copy(leaves + HASH_BYTES * width, padding, HASH_BYTES)
    for (let i: usize = 0; i < width; i += 2) {
      hash(lane, NODE, 1, leaves + HASH_BYTES * i, 2 * HASH_BYTES, leaves + HASH_BYTES * (i >> 1))
    }
    memory.copy(padding + HASH_BYTES, padding, HASH_BYTES)
    hash(lane, NODE, 1, padding, 2 * HASH_BYTES, padding)
  }
  hash(lane, ROOT | (<u64>count << 8), 5, leaves, HASH_BYTES, leaves)
}
