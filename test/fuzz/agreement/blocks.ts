/** `agreement/blocks`: headers, bodies, transactions and receipts from peers, damaged and forged. */
import { type Block, decodeBlock, decodeBody, encodeBlock, encodeBody } from '../../../runtime/block/block.ts'
import { decodeHeader, encodeHeader } from '../../../runtime/block/header.ts'
import { decodeReceipt, encodeReceipt } from '../../../runtime/block/receipt.ts'
import { isRefusal } from '../../../runtime/refusal.ts'
import { decodeUserTransaction } from '../../../runtime/transactions/userTransaction.ts'
import { createWorld, signed } from '../../runtime/world.ts'
import type { BytesRefused, Decoder } from '../influence/decoder.ts'
import { damagedBytes } from '../influence/files.ts'

function encoded<T extends object>(
  read: T | BytesRefused,
  encode: (value: T) => Uint8Array,
): BytesRefused | Uint8Array {
  return 'kind' in read && read.kind === 'invalid' ? (read as BytesRefused) : encode(read as T)
}

/** A block with a transfer, a creation and a call that writes a log. */
async function openDecoders(): Promise<readonly Decoder[]> {
  const world = createWorld()
  const [account] = world.accounts
  const to = new Uint8Array(20).fill(7)
  const made = await world.mine([
    signed(world, account!, { nonce: 0n, to, value: 1n }),
    signed(world, account!, { nonce: 1n, data: Uint8Array.of(0x60, 0, 0x60, 0, 0xa0) }),
    signed(world, account!, { nonce: 2n, to, data: new Uint8Array(70).fill(1) }),
  ])
  const { rules } = world
  const transactions = made.transactions.map(({ bytes }) => bytes)
  return [
    {
      name: 'header',
      valid: [encodeHeader(made.header)],
      decode: (bytes) => encoded(decodeHeader(bytes), encodeHeader),
    },
    {
      name: 'body',
      valid: [encodeBody(made.transactions), encodeBody([])],
      decode: (bytes) => encoded(decodeBody(rules, bytes), encodeBody),
    },
    {
      name: 'block',
      valid: [encodeBlock(made)],
      decode: (bytes) => encoded<Block>(decodeBlock(rules, bytes) as Block | BytesRefused, encodeBlock),
    },
    {
      name: 'transaction',
      valid: transactions,
      decode(bytes) {
        const read = decodeUserTransaction(rules, bytes)
        return isRefusal(read) ? read : read.bytes
      },
    },
    {
      name: 'receipt',
      valid: made.receipts.map(encodeReceipt),
      decode: (bytes) => encoded(decodeReceipt(bytes), encodeReceipt),
    },
  ]
}

export const blocks = damagedBytes('agreement/blocks', openDecoders)
