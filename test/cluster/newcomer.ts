/** A validator that joins a running network as its operator would: by `openledger init`, `run` and `validator create`. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type HDAccount, mnemonicToAccount } from 'viem/accounts'
import { DEV_MNEMONIC } from '../../genesis/devnet.ts'
import { freePorts } from '../../node/devnet/freePorts.ts'
import { peerIdOf } from '../../p2p/identity.ts'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import type { Cluster, ClusterNode } from './cluster.ts'
import { openledger } from './openledger.ts'

export interface Newcomer {
  readonly node: ClusterNode
  readonly operator: Uint8Array
  /** 48 bytes. */
  readonly blsKey: Uint8Array
  /** 32 bytes. */
  readonly p2pKey: Uint8Array
  /** Sends `createValidator`. */
  create(stakeOpen: number): Promise<void>
}

/** A holder of the supply (genesis/devnet.ts): no dev account has as much as a validator stakes. */
const holder = (): HDAccount => mnemonicToAccount(DEV_MNEMONIC, { path: `m/44'/60'/2'/0/0` })

/** Makes the keys and starts the node; it follows until its stake counts. */
export async function startNewcomer(cluster: Cluster): Promise<Newcomer> {
  const account = holder()
  const folder = path.join(cluster.folder, 'newcomer')
  const passwordFile = path.join(cluster.folder, 'newcomer.password')
  writeFileSync(passwordFile, 'a newcomer’s password\n')
  await openledger('init', '--data', folder, '--operator', account.address, '--password-file', passwordFile)
  const published = JSON.parse(readFileSync(path.join(folder, 'validator.public.json'), 'utf8'))
  const p2pKey = fromHex(published.p2pKey)
  const [rpcPort, p2pPort] = await freePorts(2)
  const args = [
    ...['run', '--json', '--validator', '--password-file', passwordFile],
    ...['--network', cluster.networkFile, '--data', folder, '--influence', 'js'],
    ...['--port', `${rpcPort}`, '--p2p-host', '127.0.0.1', '--p2p-port', `${p2pPort}`],
    ...['--bootstrap', ...cluster.nodes.map(({ p2pAddress }) => p2pAddress)],
  ]
  const p2pAddress = `/ip4/127.0.0.1/tcp/${p2pPort}/p2p/${peerIdOf(p2pKey)}`
  const node = await cluster.join({ folder, rpcUrl: `http://127.0.0.1:${rpcPort}`, p2pAddress, args })
  return {
    node,
    operator: fromHex(account.address),
    blsKey: fromHex(published.blsKey),
    p2pKey,
    async create(stakeOpen) {
      const key = toHex(account.getHdKey().privateKey!)
      await openledger(
        ...['validator', 'create', '--data', folder, '--stake', `${stakeOpen}`, '--password-file', passwordFile],
        ...['--account', key, '--rpc', cluster.nodes[0]!.url],
      )
    },
  }
}
