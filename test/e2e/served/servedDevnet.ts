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
import { shareAmongFiles } from '../sharing.ts'

export const [ADMIN, OWNER, ASKER, PROVIDER] = [devAccount(0), devAccount(1), devAccount(2), devAccount(3)]
export const CONTRIBUTORS = [devAccount(4), devAccount(5)] as const
export const TASKS = taskSet({ seed: 1, rowsPerTask: 4, questionsPerTask: 1 })

export interface ServedDevnet extends ServedModel {
  readonly studio: StudioWorker
  devnet(): DemoChain
  /** Ends the node and starts it again on its folder. */
  restart(): Promise<void>
  close(): Promise<void>
}

export const joinServedDevnet = shareAmongFiles(open)

async function open(): Promise<ServedDevnet> {
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
