/** What `devnet` and `run` share: a node's log on the terminal, and its refusals in words. */

import { NetworkOpenError } from '../../p2p/options.ts'
import { RpcListenError } from '../../rpc/server.ts'
import { FolderLockedError } from '../agreement/durability/fileDisk.ts'
import { logText } from '../cli/logText.ts'
import { CommandError } from '../cli/terminal.ts'
import type { NodeConfig } from '../config.ts'
import { createLog, type Log } from '../log.ts'
import type { LogLevel } from '../logLevel.ts'
import { NetworkError } from '../network.ts'
import { type RunningNode, startNode } from '../node.ts'
import { StoreError } from '../storage/storeError.ts'

export interface TerminalLog {
  readonly log: Log
  /** Lines before it wait, so that the description comes first. */
  begin(description: string | undefined): void
}

export interface LogCommand {
  readonly logLevel: LogLevel
  readonly json?: boolean
  readonly silent?: boolean
}

/** Text on standard output, or JSON lines on standard error after one JSON object on standard output. */
export function createTerminalLog({ logLevel, json = false, silent = false }: LogCommand): TerminalLog {
  let early: string[] | undefined = []
  const log = createLog(silent ? 'error' : logLevel, (line) => {
    if (json) console.error(line)
    // What ends the node is not held back.
    else if (early === undefined || JSON.parse(line).level === 'fatal') console.log(logText(line))
    else early.push(line)
  })
  return {
    log,
    begin(description) {
      if (description !== undefined) console.log(description)
      for (const line of early ?? []) console.log(logText(line))
      early = undefined
    },
  }
}

/** Starts a node; a fault later ends the process. Throws `CommandError` for what a user can mend. */
export async function openNode(config: Omit<NodeConfig, 'onFault'>): Promise<RunningNode> {
  try {
    return await startNode({
      ...config,
      onFault(error) {
        config.log.fatal({ part: 'node' }, `the node ends: ${faultText(error)}`)
        process.exit(70)
      },
    })
  } catch (error) {
    if (error instanceof RpcListenError)
      throw new CommandError(error.message, 'Another node may be running; --port chooses another port, 0 a free one.')
    if (
      error instanceof StoreError ||
      error instanceof NetworkError ||
      error instanceof FolderLockedError ||
      error instanceof NetworkOpenError
    )
      throw new CommandError(error.message)
    throw error
  }
}

/** What LevelDB and the system call a disk without room. */
const FULL = /ENOSPC|no space left on device/i

function faultText(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return FULL.test(text)
    ? `the disk is full: make room and start it again, nothing that was final is lost (${text})`
    : text
}
