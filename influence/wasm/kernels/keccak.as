/**
 * keccak256 on the lanes: leaves and roots of the trees over scores, codes and H (influence.md §4).
 *
 * Two messages of one length are hashed at once, a word of each in a vector: the same leaf of two queries' trees, or two
 * leaves of one tree. A message without another is hashed beside itself.
 */
import { laneAddress, slicesPerTree, treesAddress } from './job'

/** Of two states, word by word. */
const STATES_BYTES: usize = 400
/** Of a block of keccak256: 1,600 − 2 · 256 bits. */
const RATE: usize = 136
const ROUNDS: usize = 24
const HASH_BYTES: usize = 32
/** Domain bytes of tree.ts. */
const PADDING: u64 = 0
const NODE: u64 = 1
const ROOT: u64 = 2
/**
 * Two trees of one shape: u32 data, bytes, bytes of a chunk, domain, numbers from leaf to leaf, leaves with room for one
 * more; data and leaves of the other tree, 0 where there is none.
 */
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

// @ts-ignore: decorator
@inline
function rotate(word: v128, bits: i32): v128 {
  return v128.or(i64x2.shl(word, bits), i64x2.shr_u(word, 64 - bits))
}

/** a ^ (~b & c). */
// @ts-ignore: decorator
@inline
function mixWord(a: v128, b: v128, c: v128): v128 {
  return v128.xor(a, v128.andnot(c, b))
}

// @ts-ignore: decorator
@inline
function parity(a: v128, b: v128, c: v128, d: v128, e: v128): v128 {
  return v128.xor(v128.xor(v128.xor(a, b), v128.xor(c, d)), e)
}

/** Keccak-f[1600] of both states. */
function permute(states: usize): void {
  let a0 = v128.load(states, 0)
  let a1 = v128.load(states, 16)
  let a2 = v128.load(states, 32)
  let a3 = v128.load(states, 48)
  let a4 = v128.load(states, 64)
  let a5 = v128.load(states, 80)
  let a6 = v128.load(states, 96)
  let a7 = v128.load(states, 112)
  let a8 = v128.load(states, 128)
  let a9 = v128.load(states, 144)
  let a10 = v128.load(states, 160)
  let a11 = v128.load(states, 176)
  let a12 = v128.load(states, 192)
  let a13 = v128.load(states, 208)
  let a14 = v128.load(states, 224)
  let a15 = v128.load(states, 240)
  let a16 = v128.load(states, 256)
  let a17 = v128.load(states, 272)
  let a18 = v128.load(states, 288)
  let a19 = v128.load(states, 304)
  let a20 = v128.load(states, 320)
  let a21 = v128.load(states, 336)
  let a22 = v128.load(states, 352)
  let a23 = v128.load(states, 368)
  let a24 = v128.load(states, 384)
  for (let round: usize = 0; round < ROUNDS; round++) {
    const c0 = parity(a0, a5, a10, a15, a20)
    const c1 = parity(a1, a6, a11, a16, a21)
    const c2 = parity(a2, a7, a12, a17, a22)
    const c3 = parity(a3, a8, a13, a18, a23)
    const c4 = parity(a4, a9, a14, a19, a24)
    const d0 = v128.xor(c4, rotate(c1, 1))
    const d1 = v128.xor(c0, rotate(c2, 1))
    const d2 = v128.xor(c1, rotate(c3, 1))
    const d3 = v128.xor(c2, rotate(c4, 1))
    const d4 = v128.xor(c3, rotate(c0, 1))
    const b0 = v128.xor(a0, d0)
    const b1 = rotate(v128.xor(a6, d1), 44)
    const b2 = rotate(v128.xor(a12, d2), 43)
    const b3 = rotate(v128.xor(a18, d3), 21)
    const b4 = rotate(v128.xor(a24, d4), 14)
    const b5 = rotate(v128.xor(a3, d3), 28)
    const b6 = rotate(v128.xor(a9, d4), 20)
    const b7 = rotate(v128.xor(a10, d0), 3)
    const b8 = rotate(v128.xor(a16, d1), 45)
    const b9 = rotate(v128.xor(a22, d2), 61)
    const b10 = rotate(v128.xor(a1, d1), 1)
    const b11 = rotate(v128.xor(a7, d2), 6)
    const b12 = rotate(v128.xor(a13, d3), 25)
    const b13 = rotate(v128.xor(a19, d4), 8)
    const b14 = rotate(v128.xor(a20, d0), 18)
    const b15 = rotate(v128.xor(a4, d4), 27)
    const b16 = rotate(v128.xor(a5, d0), 36)
    const b17 = rotate(v128.xor(a11, d1), 10)
    const b18 = rotate(v128.xor(a17, d2), 15)
    const b19 = rotate(v128.xor(a23, d3), 56)
    const b20 = rotate(v128.xor(a2, d2), 62)
    const b21 = rotate(v128.xor(a8, d3), 55)
    const b22 = rotate(v128.xor(a14, d4), 39)
    const b23 = rotate(v128.xor(a15, d0), 41)
    const b24 = rotate(v128.xor(a21, d1), 2)
    a0 = v128.xor(mixWord(b0, b1, b2), v128.load64_splat(ROUND_CONSTANTS + 8 * round))
    a1 = mixWord(b1, b2, b3)
    a2 = mixWord(b2, b3, b4)
    a3 = mixWord(b3, b4, b0)
    a4 = mixWord(b4, b0, b1)
    a5 = mixWord(b5, b6, b7)
    a6 = mixWord(b6, b7, b8)
    a7 = mixWord(b7, b8, b9)
    a8 = mixWord(b8, b9, b5)
    a9 = mixWord(b9, b5, b6)
    a10 = mixWord(b10, b11, b12)
    a11 = mixWord(b11, b12, b13)
    a12 = mixWord(b12, b13, b14)
    a13 = mixWord(b13, b14, b10)
    a14 = mixWord(b14, b10, b11)
    a15 = mixWord(b15, b16, b17)
    a16 = mixWord(b16, b17, b18)
    a17 = mixWord(b17, b18, b19)
    a18 = mixWord(b18, b19, b15)
    a19 = mixWord(b19, b15, b16)
    a20 = mixWord(b20, b21, b22)
    a21 = mixWord(b21, b22, b23)
    a22 = mixWord(b22, b23, b24)
    a23 = mixWord(b23, b24, b20)
    a24 = mixWord(b24, b20, b21)
  }
  v128.store(states, a0, 0)
  v128.store(states, a1, 16)
  v128.store(states, a2, 32)
  v128.store(states, a3, 48)
  v128.store(states, a4, 64)
  v128.store(states, a5, 80)
  v128.store(states, a6, 96)
  v128.store(states, a7, 112)
  v128.store(states, a8, 128)
  v128.store(states, a9, 144)
  v128.store(states, a10, 160)
  v128.store(states, a11, 176)
  v128.store(states, a12, 192)
  v128.store(states, a13, 208)
  v128.store(states, a14, 224)
  v128.store(states, a15, 240)
  v128.store(states, a16, 256)
  v128.store(states, a17, 272)
  v128.store(states, a18, 288)
  v128.store(states, a19, 304)
  v128.store(states, a20, 320)
  v128.store(states, a21, 336)
  v128.store(states, a22, 352)
  v128.store(states, a23, 368)
  v128.store(states, a24, 384)
}

/** Working memory of a lane: the states, the last block of each message, roots of all-padding subtrees. */
// @ts-ignore: decorator
@inline
function blockOf(lane: usize, place: usize): usize { return laneAddress(lane) + 448 + 192 * place }
// @ts-ignore: decorator
@inline
function paddingOf(lane: usize): usize { return laneAddress(lane) + 832 }

/** Takes a block of both messages in: `first` and `other` are their first words. */
// @ts-ignore: decorator
@inline
function absorb(states: usize, from: usize, otherFrom: usize, first: u64, other: u64): void {
  v128.store(states, v128.xor(v128.load(states), i64x2.replace_lane(i64x2.splat(first), 1, other)))
  for (let at: usize = 8; at < RATE; at += 8) {
    const words = v128.load64_lane(otherFrom + at, v128.load64_zero(from + at), 1)
    v128.store(states + 2 * at, v128.xor(v128.load(states + 2 * at), words))
  }
  permute(states)
}

/** The last `left` bytes of a message, padded. */
// @ts-ignore: decorator
@inline
function padBlock(block: usize, from: usize, left: usize): void {
  memory.fill(block, 0, RATE)
  memory.copy(block, from, left)
  store<u8>(block + left, 1)
  store<u8>(block, load<u8>(block, RATE - 1) | 0x80, RATE - 1)
}

/**
 * The digests of two messages: `prefixBytes` < 8 bytes of a prefix and `length` bytes at `data`. They may overwrite either
 * message.
 */
function hashBoth(
  lane: usize, prefixBytes: usize, length: usize,
  prefix: u64, data: usize, digest: usize, otherPrefix: u64, otherData: usize, otherDigest: usize,
): void {
  const states = laneAddress(lane)
  memory.fill(states, 0, STATES_BYTES)
  // Byte k of a message stands at from + k, but for the prefix.
  let from = data - prefixBytes
  let otherFrom = otherData - prefixBytes
  let left = prefixBytes + length
  // What to keep of a block's first word, and what to put in: the first block's prefix.
  let kept: u64 = (<u64>-1) << (8 * prefixBytes)
  let first = prefix
  let other = otherPrefix
  while (left >= RATE) {
    absorb(states, from, otherFrom, (load<u64>(from) & kept) | first, (load<u64>(otherFrom) & kept) | other)
    from += RATE
    otherFrom += RATE
    left -= RATE
    kept = <u64>-1
    first = 0
    other = 0
  }
  const block = blockOf(lane, 0)
  const otherBlock = blockOf(lane, 1)
  padBlock(block, from, left)
  padBlock(otherBlock, otherFrom, left)
  absorb(states, block, otherBlock, (load<u64>(block) & kept) | first, (load<u64>(otherBlock) & kept) | other)
  for (let at: usize = 0; at < HASH_BYTES; at += 8) {
    store<u64>(digest + at, load<u64>(states + 2 * at))
    store<u64>(otherDigest + at, load<u64>(states + 2 * at, 8))
  }
}

// @ts-ignore: decorator
@inline
function leafCount(tree: usize): usize {
  return (<usize>load<u32>(tree, 4) + <usize>load<u32>(tree, 8) - 1) / load<u32>(tree, 8)
}

/** Leaves j of one tree and k of the same or the other, which are equally long: hash(domain ‖ u32 number ‖ chunk). */
// @ts-ignore: decorator
@inline
function hashLeafPair(lane: usize, tree: usize, j: usize, k: usize, data: usize, leaves: usize): void {
  const chunk = <usize>load<u32>(tree, 8)
  const domain = <u64>load<u32>(tree, 12)
  const step = load<u32>(tree, 16)
  const length = min(chunk, <usize>load<u32>(tree, 4) - j * chunk)
  hashBoth(
    lane, 5, length,
    domain | (<u64>(j * step) << 8), <usize>load<u32>(tree) + j * chunk, <usize>load<u32>(tree, 20) + HASH_BYTES * j,
    domain | (<u64>(k * step) << 8), data + k * chunk, leaves + HASH_BYTES * k,
  )
}

/** Some leaves of two trees, or of one. */
export function hashLeaves(task: usize, lane: usize): void {
  const tree = treesAddress() + TREE_BYTES * (task / slicesPerTree())
  const count = leafCount(tree)
  const first = SLICE_LEAVES * (task % slicesPerTree())
  const end = min(first + SLICE_LEAVES, count)
  const data = <usize>load<u32>(tree)
  const leaves = <usize>load<u32>(tree, 20)
  const otherData = <usize>load<u32>(tree, 24)
  const otherLeaves = <usize>load<u32>(tree, 28)
  if (otherData != 0) {
    for (let j = first; j < end; j++) hashLeafPair(lane, tree, j, j, otherData, otherLeaves)
    return
  }
  for (let j = first; j < end; j += 2) {
    // The last leaf of a tree may be shorter than the one before it.
    const isPair = j + 1 < end && (j + 1) * load<u32>(tree, 8) + load<u32>(tree, 8) <= <usize>load<u32>(tree, 4)
    hashLeafPair(lane, tree, j, isPair ? j + 1 : j, data, leaves)
    if (!isPair && j + 1 < end) hashLeafPair(lane, tree, j + 1, j + 1, data, leaves)
  }
}

/** The roots of two trees, each in the place of its first leaf. */
export function hashTree(task: usize, lane: usize): void {
  const tree = treesAddress() + TREE_BYTES * task
  const leaves = <usize>load<u32>(tree, 20)
  const others = load<u32>(tree, 28) == 0 ? leaves : <usize>load<u32>(tree, 28)
  const padding = paddingOf(lane)
  const count = leafCount(tree)
  hashBoth(lane, 1, 0, PADDING, padding, padding, PADDING, padding, padding)
  for (let width = count; width > 1; width = (width + 1) >> 1) {
    memory.copy(leaves + HASH_BYTES * width, padding, HASH_BYTES)
    memory.copy(others + HASH_BYTES * width, padding, HASH_BYTES)
    for (let i: usize = 0; i < width; i += 2) {
      const pair = HASH_BYTES * i
      const node = HASH_BYTES * (i >> 1)
      hashBoth(lane, 1, 2 * HASH_BYTES, NODE, leaves + pair, leaves + node, NODE, others + pair, others + node)
    }
    memory.copy(padding + HASH_BYTES, padding, HASH_BYTES)
    hashBoth(lane, 1, 2 * HASH_BYTES, NODE, padding, padding, NODE, padding, padding)
  }
  const prefix = ROOT | (<u64>count << 8)
  hashBoth(lane, 5, HASH_BYTES, prefix, leaves, leaves, prefix, others, others)
}
