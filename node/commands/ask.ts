/** `openledger ask`: pays for one answer and shows it with the rows that made it. */
import pc from 'picocolors'
import { hexToString } from 'viem'
import { utf8 } from '../../primitives/bytes.ts'
import { ask as askNode } from '../../studio/chain/client.ts'
import { jobOf, sendRequest, waitSettled } from '../../studio/chain/job.ts'
import { readQuestionBytesMax } from '../../studio/chain/version.ts'
import { baseRowBytes } from '../cli/baseModel.ts'
import { openSession, parseId, type SessionOptions } from '../cli/session.ts'
import { formatOpen, percent, table } from '../cli/table.ts'
import { CommandError, startStep } from '../cli/terminal.ts'
import { servingVersion } from './train.ts'

const ANSWER_WITHIN_S = 120
const SETTLE_TIMEOUT_MS = 300_000
const ROWS_SHOWN_MAX = 5

interface AskOptions extends SessionOptions {
  readonly maxOutput: number
}

/** As `openledger_getJob` and `openledger_getAttribution` answer. */
interface JobAnswer {
  readonly output: `0x${string}`
  readonly split?: { readonly feeWei: string }
}
interface AttributionAnswer {
  readonly rows: readonly {
    readonly contributorId: string
    readonly rowId: string
    readonly weight: string
    readonly rewardWei: string
    readonly content: { readonly input?: string; readonly output?: string } | null
  }[]
  /** Method span, where the node holds its record of the job. */
  readonly spans?: readonly {
    readonly rowId: string
    readonly start: number
    readonly length: number
    readonly info: number
    readonly text: string
  }[]
  /** Method rag, likewise. */
  readonly retrieved?: readonly {
    readonly rowId: string
    readonly row: number
    readonly cosineSquared: string
    readonly isCited: boolean
  }[]
}

export async function ask(modelText: string, question: string, options: AskOptions): Promise<void> {
  const modelId = parseId(modelText, 'model')
  const { client, account } = await openSession(options)
  const versionId = await servingVersion(client, modelId)
  const input = utf8(question)
  const bytesMax = await readQuestionBytesMax(client, versionId, (await baseRowBytes()) + 1)
  if (input.length > bytesMax)
    throw new CommandError(`the question is ${input.length} bytes, model ${modelId} reads at most ${bytesMax}`)
  const step = startStep('Asking')
  const hash = await sendRequest(client, account, {
    versionId,
    input,
    // One token per byte and the separator.
    maxInputTokens: input.length + 1,
    maxOutputTokens: options.maxOutput,
    answerWithinS: ANSWER_WITHIN_S,
  })
  const jobId = await jobOf(client, hash)
  step.update(`job ${jobId} waits for an answer and its attribution`)
  await waitSettled(client, jobId, SETTLE_TIMEOUT_MS)
  step.done(`job ${jobId} settled`)
  const job = await askNode<JobAnswer>(client, 'openledger_getJob', [`${jobId}`])
  const attribution = await askNode<AttributionAnswer>(client, 'openledger_getAttribution', [`${jobId}`])
  console.log(`\n${job.output === '0x' ? pc.dim('(an empty answer)') : pc.bold(hexToString(job.output))}\n`)
  const fee = `fee ${formatOpen(BigInt(job.split?.feeWei ?? 0))} OPEN`
  const count = attribution.rows.length
  if (count === 0) console.log(`${fee}; no row was paid: the contributors' part went to the treasury`)
  else
    console.log(
      `${fee}; ${count} ${count === 1 ? 'row was' : 'rows were'} paid, the best first:\n${paidTable(attribution)}`,
    )
  const shown = evidenceTable(attribution)
  if (shown !== undefined) console.log(`\n${shown}`)
  console.log(pc.dim(`\nopenledger explain ${jobId} --account N tells an account why it was paid or not`))
}

function paidTable({ rows }: AttributionAnswer): string {
  const titles = ['row', 'by', 'weight', 'OPEN', 'content']
  return table(
    titles.map((title, c) => ({ title, isRight: c === 2 || c === 3 })),
    rows
      .slice(0, ROWS_SHOWN_MAX)
      .map((row) => [
        `#${row.rowId}`,
        `contributor ${row.contributorId}`,
        percent(Number(row.weight) / 2 ** 32),
        formatOpen(BigInt(row.rewardWei)),
        row.content === null ? '' : `${row.content.input ?? ''} → ${row.content.output ?? ''}`,
      ]),
  )
}

/** What the answer rests on: the pieces that it repeats, or the chunks that were retrieved; nothing for a benefit. */
function evidenceTable({ spans, retrieved }: AttributionAnswer): string | undefined {
  if (spans !== undefined && spans.length > 0)
    return table(
      [{ title: 'row' }, { title: 'bytes' }, { title: 'bits', isRight: true }, { title: 'repeated word for word' }],
      spans
        .slice(0, ROWS_SHOWN_MAX)
        .map(({ rowId, start, length, info, text }) => [
          ...[`#${rowId}`, `${start} to ${start + length - 1}`, `${info}`, JSON.stringify(text)],
        ]),
    )
  if (retrieved !== undefined && retrieved.length > 0)
    return table(
      [{ title: 'row' }, { title: 'chunk', isRight: true }, { title: 'cos²', isRight: true }, { title: 'cited' }],
      retrieved
        .slice(0, ROWS_SHOWN_MAX)
        .map(({ rowId, row, cosineSquared, isCited }) => [
          ...[`#${rowId}`, `${row}`, cosineSquared, isCited ? 'yes' : 'no'],
        ]),
    )
  return undefined
}
