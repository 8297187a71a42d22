/** A new network's file: its supply adds up, its genesis does not depend on proofs, and it loads once all are there. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { genesisInput } from '../../genesis/block0.ts'
import { fieldText } from '../../genesis/fields.ts'
import { loadNetwork } from '../../genesis/load.ts'
import { type Network, parseNetwork } from '../../genesis/network.ts'
import { type NewNetwork, newNetworkFile, withProofs } from '../../genesis/networkFile.ts'
import { possessionHash } from '../../genesis/proofs.ts'
import { SUPPLY_GROUPS, type SupplyGroup } from '../../genesis/supply.ts'
import { nobleBls } from '../../primitives/bls.ts'
import { toHex } from '../../primitives/bytes.ts'
import { createChainRules } from '../../runtime/chainRules.ts'
import { createGenesisBlock } from '../../runtime/execution/genesisBlock.ts'

const DEVNET = parseNetwork(readFileSync(new URL('../../genesis/networks/devnet.json', import.meta.url), 'utf8'))
assert.not('kind' in DEVNET)
const { predeploys } = DEVNET as Network

const address = (n: number) => `0x${(0xa000 + n).toString(16).padStart(40, '0')}`
const secret = (n: number) => new Uint8Array(32).fill(n)
const publicFile = (n: number) => ({
  operator: address(n),
  blsKey: toHex(nobleBls.publicKey(secret(n))),
  p2pKey: toHex(new Uint8Array(32).fill(n)),
  feeRecipient: address(n),
  commissionBps: 500,
  stakeOpen: `${100 * n}`,
  fundedBy: 'team',
})
const OPTIONS: NewNetwork = {
  name: 'testnet',
  chainId: 77116121n,
  genesisTimeS: 1_800_000_000,
  blockIntervalMs: 1_000,
  epochBlocks: 3_600,
  governor: address(99),
  holders: Object.fromEntries(SUPPLY_GROUPS.map((group, i) => [group, address(50 + i)])) as Record<SupplyGroup, string>,
  validators: [publicFile(1), publicFile(2)],
  predeploys,
}

const hashBlock0 = (network: Network) =>
  createGenesisBlock(createChainRules(network.params), genesisInput(network)).hash

test('new network: loads once every validator has proved its key over its genesis hash', () => {
  const text = newNetworkFile(OPTIONS)
  assert.type(text, 'string')
  const network = parseNetwork(text as string) as Network
  assert.is(network.devKeys, null)
  const genesisHash = hashBlock0(network)
  const chain = { chainId: network.params.chainId, genesisHash }
  const proofs = network.validators.map((validator, i) => ({
    operator: validator.operator,
    signature: nobleBls.sign(secret(i + 1), possessionHash(chain, validator)),
  }))
  const half = loadNetwork(withProofs(text as string, proofs.slice(1)), nobleBls, hashBlock0)
  assert.is('kind' in half && half.code, 'ProofWrong')
  const whole = loadNetwork(withProofs(text as string, proofs), nobleBls, hashBlock0)
  assert.not('kind' in whole, 'kind' in whole ? fieldText(whole) : '')
  assert.equal((whole as { genesisHash: Uint8Array }).genesisHash, genesisHash)
})

test('new network: what is wrong with a validator’s file is named by its place', () => {
  const faults: [unknown, RegExp][] = [
    [{ ...publicFile(2), blsKey: '0x00' }, /^validators\[1\]\.blsKey/],
    [{ ...publicFile(2), stakeOpen: 'all' }, /^validators\[1\]\.stakeOpen/],
    [{ ...publicFile(2), extra: 1 }, /^validators\[1\]/],
    [publicFile(1), /^validators\[1\]\.operator/],
    [null, /^validators\[1\]/],
    [{ ...publicFile(2), stakeOpen: '999999999' }, /^allocations\.team/],
  ]
  for (const [validator, words] of faults) {
    const refused = newNetworkFile({ ...OPTIONS, validators: [publicFile(1), validator] })
    assert.type(refused, 'object')
    assert.match(fieldText(refused as Exclude<typeof refused, string>), words)
  }
})

test.run()
