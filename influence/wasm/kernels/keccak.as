/**
 * keccak256 on the lanes, of many messages: leaves, nodes and roots of hash trees (influence.md §4).
 *
 * A lane hashes four messages at once, each in a slot of its own: a slot whose message has ended takes the next one, so that
 * messages of different lengths leave no slot empty but at the end.
 */
import { laneAddress, messagesAddress, rowCount, rowsPerTask } from './job'
import { BLOCKS_BYTES, permute, STATES_BYTES, STATE_WORDS } from './keccakPermutation'

const SLOTS: usize = 4
/** Of a block of keccak256: 1,600 − 2 · 256 bits. */
const RATE: usize = 136
const RATE_WORDS: usize = RATE / 8
const HASH_BYTES: usize = 32
/** From a word of a slot's state or block to the next; those of the other slots are between. */
const WORD_STEP: usize = 8 * SLOTS

/** A preimage: the domain's byte, the number's four bytes where there is one, and bytes that stand somewhere. */
@unmanaged
class Message {
  data: u32
  bytes: u32
  domain: u32
  number: u32
  /** Bytes before the data: 1 or 5. */
  prefixBytes: u32
  /** Where its hash goes: no message of the same job may read there. */
  hash: u32
}

/** A message that is being hashed. */
@unmanaged
class Slot {
  /** The next byte to take in: the prefix is as if it stood before the data. */
  from: usize
  /** Bytes to take in; below 0 once the last block is. */
  left: isize
  /** 0: the slot is empty. */
  hash: usize
  /** What the next block's first word keeps, and what is put into it: the prefix, until it is taken in. */
  kept: u64
  prefix: u64
}

/** Working memory of a lane: the four states, a block of each, the slots. */
// @ts-ignore: decorator
@inline
function slotOf(lane: usize, place: usize): Slot {
  return changetype<Slot>(laneAddress(lane) + STATES_BYTES + BLOCKS_BYTES + offsetof<Slot>() * place)
}

function begin(slot: Slot, state: usize, message: Message): void {
  const prefixBytes = <usize>message.prefixBytes
  slot.from = <usize>message.data - prefixBytes
  slot.left = <usize>message.bytes + prefixBytes
  slot.hash = message.hash
  slot.kept = (<u64>-1) << (8 * prefixBytes)
  slot.prefix = <u64>message.domain | (<u64>message.number << 8)
  for (let word: usize = 0; word < STATE_WORDS; word++) store<u64>(state + WORD_STEP * word, 0)
}

/** The next block, the last one padded. */
function takeBlock(slot: Slot, block: usize): void {
  const words = min(<usize>slot.left / 8, RATE_WORDS)
  for (let word: usize = 0; word < words; word++) {
    store<u64>(block + WORD_STEP * word, load<u64>(slot.from + 8 * word))
  }
  if (words < RATE_WORDS) pad(slot, block, words)
  store<u64>(block, (load<u64>(block) & slot.kept) | slot.prefix)
  slot.from += RATE
  slot.left -= RATE
  slot.kept = <u64>-1
  slot.prefix = 0
}

/** What follows the last whole words of a message: its last bytes, a 1, zeros, and a 1 in the block's last bit. */
function pad(slot: Slot, block: usize, words: usize): void {
  const end = <u64>1 << (8 * (slot.left % 8))
  store<u64>(block + WORD_STEP * words, (load<u64>(slot.from + 8 * words) & (end - 1)) | end)
  for (let word = words + 1; word < RATE_WORDS; word++) store<u64>(block + WORD_STEP * word, 0)
  const last = block + WORD_STEP * (RATE_WORDS - 1)
  store<u64>(last, load<u64>(last) | (<u64>1 << 63))
}

/** Hashes the messages of a task. */
export function hashMessages(task: usize, lane: usize): void {
  const states = laneAddress(lane)
  const blocks = states + STATES_BYTES
  const end = min((task + 1) * rowsPerTask(), rowCount())
  let next = task * rowsPerTask()
  for (let place: usize = 0; place < SLOTS; place++) slotOf(lane, place).hash = 0
  for (;;) {
    let busy = false
    for (let place: usize = 0; place < SLOTS; place++) {
      const slot = slotOf(lane, place)
      if (slot.hash == 0) {
        if (next == end) continue
        begin(slot, states + 8 * place, changetype<Message>(messagesAddress() + offsetof<Message>() * next++))
      }
      takeBlock(slot, blocks + 8 * place)
      busy = true
    }
    if (!busy) return
    permute(states, blocks)
    for (let place: usize = 0; place < SLOTS; place++) {
      const slot = slotOf(lane, place)
      if (slot.hash == 0 || slot.left >= 0) continue
      for (let at: usize = 0; at < HASH_BYTES; at += 8) {
        store<u64>(slot.hash + at, load<u64>(states + 8 * place + SLOTS * at))
      }
      slot.hash = 0
    }
  }
}
