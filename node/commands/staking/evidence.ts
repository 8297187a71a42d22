/** `openledger evidence submit`: brings a forbidden pair to the chain, and says who was slashed. */
import { parseEventLogs } from 'viem'
import { stakingAbi } from '../../../precompiles/generated/staking.ts'
import { toHex } from '../../../primitives/bytes.ts'
import { accusedSigners, type Evidence, encodeEvidence } from '../../../primitives/evidence.ts'
import { encodeSet } from '../../../primitives/validatorSet.ts'
import { write } from '../../../studio/chain/client.ts'
import { parseEvidenceFile } from '../../cli/evidenceFile.ts'
import { openSession, readTextFile, type SessionOptions } from '../../cli/session.ts'
import { STAKING } from '../../cli/stakingContract.ts'
import { formatOpen } from '../../cli/table.ts'
import { CommandError } from '../../cli/terminal.ts'

interface EvidenceOptions extends SessionOptions {
  readonly max: string
}

export async function submitEvidence(file: string, options: EvidenceOptions): Promise<void> {
  if (!/^[1-9]\d?$/.test(options.max)) throw new CommandError(`expected --max from 1 to 99, got "${options.max}"`)
  const parsed = parseEvidenceFile(readTextFile(file))
  if ('kind' in parsed) throw new CommandError(`${file} is no evidence: ${parsed.fault}`)
  const { evidence, set } = parsed
  if (accusedSigners(evidence, set.length) === undefined)
    throw new CommandError(`${file} accuses a signer that its set of ${set.length} validators does not have`)
  const { client, account } = await openSession(options)
  console.log(`epoch ${evidence.epoch}: ${wordsOf(evidence)}`)
  const args = [toHex(encodeEvidence(evidence)), toHex(encodeSet(set)), BigInt(options.max)] as const
  let rewardWei = 0n
  for (let isMore = true; isMore; ) {
    const { result } = await client.simulateContract({ ...STAKING, functionName: 'submitEvidence', args, account })
    isMore = result[1] > 0n
    const receipt = await write(client, account, { ...STAKING, functionName: 'submitEvidence', args })
    for (const event of parseEventLogs({ abi: stakingAbi, eventName: 'Punished', logs: receipt.logs })) {
      console.log(`${event.args.operator} loses ${formatOpen(event.args.slashedWei)} OPEN and is no validator any more`)
      rewardWei += event.args.rewardWei
    }
  }
  console.log(`${formatOpen(rewardWei)} OPEN paid to ${account.address}`)
}

function wordsOf(evidence: Evidence): string {
  if (evidence.kind === 'attestations') return `validator ${evidence.signer} signed two roots for one job`
  const kinds = evidence.pair.map(({ kind }) => kind)
  const what = kinds[0] === kinds[1] ? `two different ${kinds[0]}s` : kinds.join(' and ')
  if (evidence.kind === 'statements') return `validator ${evidence.signer} signed ${what} in view ${evidence.view}`
  return `there are certificates of ${what} in view ${evidence.view}`
}
