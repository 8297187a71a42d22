/** `openledger explain`: why an account's rows were paid, underpaid or not paid by one job. */
import pc from 'picocolors'
import { ask } from '../../studio/chain/client.ts'
import { openSession, parseId, type SessionOptions } from '../cli/session.ts'
import { formatOpen, table } from '../cli/table.ts'

const ROWS_SHOWN_MAX = 40

/** As `openledger_explainReward` answers. */
interface Explanation {
  readonly status: string
  /** Of a settled job. */
  readonly method?: string
  readonly explanation: string
  readonly rewardWei: string
  readonly rows: readonly {
    readonly datanetId: string
    readonly rowId: string
    /** Place in the index; `null` for a row that the model version does not hold. */
    readonly row: number | null
    readonly status: string
    readonly rewardWei: string
    readonly explanation: string
  }[]
}

export async function explain(jobText: string, options: SessionOptions): Promise<void> {
  const jobId = parseId(jobText, 'job')
  const { client, account } = await openSession(options)
  const answer = await ask<Explanation>(client, 'openledger_explainReward', [account.address, `${jobId}`])
  console.log(`job ${jobId}, account ${account.address}: ${formatOpen(BigInt(answer.rewardWei))} OPEN`)
  console.log(answer.explanation)
  if (answer.rows.length === 0) return
  const rows = answer.rows
    .slice(0, ROWS_SHOWN_MAX)
    .map((row) => [`#${row.rowId}`, row.status, formatOpen(BigInt(row.rewardWei)), row.explanation])
  console.log(
    `\n${table([{ title: 'row' }, { title: 'status' }, { title: 'OPEN', isRight: true }, { title: 'why' }], rows)}`,
  )
  if (answer.rows.length > ROWS_SHOWN_MAX) console.log(`… and ${answer.rows.length - ROWS_SHOWN_MAX} more rows`)
  const indexed = answer.rows.find(({ row }) => row !== null)
  if (answer.method === 'datainf' && indexed !== undefined)
    console.log(
      pc.dim(`\nopenledger influence prove ${jobId} ${indexed.datanetId}:${indexed.rowId} proves the score of a row`),
    )
}
