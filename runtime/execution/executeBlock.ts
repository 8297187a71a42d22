/** A block against the rules: the validators' path, cheapest checks first (runtime.md §5). */
import { equal } from '../../primitives/bytes.ts'
import { type Block, transactionsRoot } from '../block/block.ts'
import type { Header } from '../block/header.ts'
import { checkHeader } from '../block/headerRules.ts'
import { type Refusal, refuse } from '../refusal.ts'
import { readBlockParams } from './blockParams.ts'
import { type ExecutedBlock, type ExecutionContext, OpenBlock } from './openBlock.ts'

export interface CheckContext extends ExecutionContext {
  /** Fee recipient of the leader of the candidate's view. */
  readonly coinbase: Uint8Array
}

/**
 * Executes a decoded block on its parent. A refusal says which rule it breaks; what `tick` throws goes on up; any other
 * exception is a bug.
 */
export async function executeBlock(context: CheckContext, block: Block): Promise<ExecutedBlock | Refusal> {
  const { rules, parent, epoch, coinbase } = context
  const { header } = block
  const params = readBlockParams(rules, parent.state)
  const headerFault = checkHeader(header, {
    params: rules.params,
    keccak: rules.keccak,
    parent: parent.header,
    parentHash: parent.hash,
    epochHash: epoch.epochHash,
    gasLimit: params.gasLimit,
    coinbase,
  })
  if (headerFault !== undefined) return headerFault
  const root = transactionsRoot(rules.keccak, block.transactions)
  if (!equal(header.transactionsRoot, root)) return refuse('TransactionsRoot', root, header.transactionsRoot)
  const orderFault = checkOrder(block)
  if (orderFault !== undefined) return orderFault

  const open = new OpenBlock(context, header, params, context.tick)
  await open.start()
  for (const [i, transaction] of block.transactions.entries()) {
    await context.pause?.()
    context.tick?.()
    const fault = await (transaction.kind === 'system' ? open.settle(transaction) : open.execute(transaction))
    if (fault !== undefined) return { ...fault, expected: `transaction ${i}: ${fault.expected}` }
  }
  if (open.gasUsed !== header.gasUsed) return refuse('GasUsed', open.gasUsed, header.gasUsed)
  const executed = await open.close()
  return compareHeaders(executed.header, header) ?? executed
}

/** Settlements, then user transactions. */
function checkOrder({ transactions }: Block): Refusal | undefined {
  const firstUser = transactions.findIndex((transaction) => transaction.kind === 'user')
  const late = transactions.findIndex(
    (transaction, i) => transaction.kind === 'system' && firstUser >= 0 && i > firstUser,
  )
  return late < 0 ? undefined : refuse('Order', 'settlements before user transactions', `a settlement at ${late}`)
}

function compareHeaders(ours: Header, theirs: Header): Refusal | undefined {
  if (!equal(ours.logsBloom, theirs.logsBloom)) return refuse('LogsBloom', ours.logsBloom, theirs.logsBloom)
  if (!equal(ours.receiptsRoot, theirs.receiptsRoot))
    return refuse('ReceiptsRoot', ours.receiptsRoot, theirs.receiptsRoot)
  if (!equal(ours.stateRoot, theirs.stateRoot)) return refuse('StateRoot', ours.stateRoot, theirs.stateRoot)
  return undefined
}
