/** One devnet with one served model for all files of this folder in a process: training and compiling outweigh their tests. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { devAccount } from '../../../node/cli/account.ts'
import { openStudio } from '../../../node/cli/baseModel.ts'
import type { DemoChain } from '../../../node/demo/devnetProcess.ts'
import type { StudioWorker } from '../../../studio/surface.ts'
import { taskSet } from '../../../studio/tasks.ts'
import { openDevnet } from '../devnet.ts'
import { type ServedModel, serveModel } from '../servedModel.ts'

export const [ADMIN, OWNER, ASKER, PROVIDER] = [devAccount(0), devAccount(1), devAccount(2), devAccount(3)]
export const CONTRIBUTORS = [devAccount(4), devAccount(5)] as const
export const TASKS = taskSet({ seed: 1, rowsPerTask: 4, questionsPerTask: 1 })

export interface ServedDevnet extends ServedModel {
  readonly studio: StudioWorker
  devnet(): DemoChain
  /** Ends the node and starts it again on its folder. */
  restart(): Promise<void>
}

interface OpenedDevnet extends ServedDevnet {
  close(): Promise<void>
}

let opening: Promise<OpenedDevnet> | undefined
let users = 0

/** For the load of a test file: the last of those that joined closes the devnet as it leaves. */
export function joinServedDevnet() {
  users++
  return {
    open: (): Promise<ServedDevnet> => (opening ??= open()),
    async leave(): Promise<void> {
      users--
      if (users === 0) await (await opening)?.close()
    },
  }
}

async function open(): Promise<OpenedDevnet> {
  const folder = mkdtempSync(join(tmpdir(), 'served-devnet-'))
  const start = () => openDevnet('--automine', '--data', folder)
  let devnet = await start()
  const studio = await openStudio()
  const cast = { admin: ADMIN, owner: OWNER, contributors: CONTRIBUTORS }
  const model = await serveModel(devnet.client, studio, cast, TASKS)
  return {
    ...model,
    studio,
    devnet: () => devnet,
    async restart() {
      await devnet.close()
      devnet = await start()
    },
    async close() {
      await studio.close()
      await devnet.close()
      rmSync(folder, { recursive: true })
    },
  }
}
