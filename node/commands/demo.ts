/** `openledger demo`: runs the story, prints the table and writes the report. */
import { accessSync, constants, existsSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import pc from 'picocolors'
import { baseRowBytes, openStudio } from '../cli/baseModel.ts'
import { readTextFile } from '../cli/session.ts'
import { CommandError, startStep } from '../cli/terminal.ts'
import { type Cast, generatedCast, ownCast } from '../demo/cast.ts'
import { openDemoChain } from '../demo/devnetProcess.ts'
import { renderHtmlReport } from '../demo/htmlReport.ts'
import { parseRowsFile } from '../demo/rowsFile.ts'
import { runDemo } from '../demo/runDemo.ts'
import { renderTerminalReport } from '../demo/terminalReport.ts'

interface DemoCommand {
  readonly seed: number
  readonly data?: string
  readonly report: string
  readonly rpc: string
  readonly influence: string
}

export async function runDemoCommand(options: DemoCommand): Promise<void> {
  const cast = options.data === undefined ? generatedCast(options.seed) : await readCast(options.data)
  checkWritable(options.report)
  const opening = startStep('Opening the chain and the model')
  const chain = await openDemoChain(options.rpc, options.influence)
  const studio = await openStudio()
  try {
    opening.done(chain.isOwn ? `own devnet at ${chain.url}` : chain.url)
    const result = await runDemo({ seed: options.seed, cast, client: chain.client, studio })
    console.log(`\n${renderTerminalReport(result)}\n`)
    const file = resolve(options.report)
    writeFileSync(file, renderHtmlReport(result))
    console.log(`report: ${pc.underline(file)}`)
  } finally {
    await studio.close()
    await chain.close()
  }
}

/** Before the work, not after two minutes of it. */
function checkWritable(file: string): void {
  try {
    accessSync(existsSync(file) ? file : dirname(resolve(file)), constants.W_OK)
  } catch (error) {
    throw new CommandError(`cannot write the report: ${(error as Error).message}`, '--report chooses another file.')
  }
}

async function readCast(file: string): Promise<Cast> {
  const parsed = parseRowsFile(readTextFile(file), ['contributor', 'input', 'output'], await baseRowBytes())
  if (parsed.kind === 'invalid') throw new CommandError(`${file} has bad rows\n  ${parsed.faults.join('\n  ')}`)
  return ownCast(parsed.rows, file)
}
