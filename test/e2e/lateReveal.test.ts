/** Rows whose reveal window passes before they are shown, as on a machine that is too busy: committed anew, none lost. */
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { devAccount } from '../../node/cli/account.ts'
import type { DemoChain } from '../../node/demo/devnetProcess.ts'
import { utf8 } from '../../primitives/bytes.ts'
import type { ChainClient } from '../../studio/chain/client.ts'
import * as datanets from '../../studio/chain/datanet.ts'
import { ensureIdentity } from '../../studio/chain/identity.ts'
import { readParameters } from '../../studio/chain/parameters.ts'
import { openDevnet } from './devnet.ts'

let devnet: DemoChain
const account = devAccount(1)

test.before(async () => {
  devnet = await openDevnet('--block-time', '0.5')
})
test.after(() => devnet.close())

/** Returns when the chain's own time has passed the reveal window of what is committed now. */
async function passWindow(client: ChainClient): Promise<void> {
  const [revealWindowS] = await readParameters(client, ['revealWindowS'])
  const start = await client.getBlock()
  while ((await client.getBlock()).timestamp <= start.timestamp + revealWindowS) await sleep(100)
}

test('late reveal: rows are committed anew and all are there', async () => {
  const { client } = devnet
  const datanetId = await datanets.createDatanet(client, account, {
    name: 'a',
    domain: '',
    licence: '',
    curation: 'open',
  })
  const contributorId = await ensureIdentity(client, account)
  const rows = datanets.canonicalRows([1, 2, 3].map((i) => ({ input: utf8(`question ${i}`), output: utf8('yes') })))
  const stages: string[] = []
  await datanets.contributeRows(client, account, { datanetId, contributorId }, rows, async (stage, rowCount) => {
    stages.push(`${stage} ${rowCount}`)
    if (stages.length === 2) await passWindow(client)
  })
  assert.equal(stages, ['committing 3', 'revealing 3', 'committing 3', 'revealing 3'])
  assert.is((await datanets.readRows(client, datanetId)).length, rows.length)
})

test.run()
