/** The devnet: its file is what the builder makes, its keys are the mnemonic's, and its proofs hold or are named. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { mnemonicToAccount, privateKeyToAddress } from 'viem/accounts'
import { genesisInput } from '../../genesis/block0.ts'
import {
  createDevnet,
  DEV_MNEMONIC,
  DEVNET_DEFAULTS,
  devnetFile,
  predeployCodes,
  proveDevnet,
} from '../../genesis/devnet.ts'
import { type FieldRefused, fieldText } from '../../genesis/fields.ts'
import { loadNetwork } from '../../genesis/load.ts'
import { type Network, parseNetwork } from '../../genesis/network.ts'
import { checkProofs } from '../../genesis/proofs.ts'
import { nobleBls } from '../../primitives/bls.ts'
import { toHex } from '../../primitives/bytes.ts'
import { createChainRules } from '../../runtime/chainRules.ts'
import { createGenesisBlock } from '../../runtime/execution/genesisBlock.ts'

const DEVNET = readFileSync(new URL('../../genesis/networks/devnet.json', import.meta.url), 'utf8')
const HASH = new Uint8Array(32).fill(7)

function parsed(text: string): Network {
  const network = parseNetwork(text)
  if ('kind' in network) throw new Error(fieldText(network))
  return network
}

const base = parsed(DEVNET)
const options = { ...DEVNET_DEFAULTS, predeploys: predeployCodes(base) }
const hashBlock0 = (network: Network) =>
  createGenesisBlock(createChainRules(network.params), genesisInput(network)).hash

test('devnet: the file in the tree is the builder’s, byte for byte, proofs included', () => {
  assert.is(createDevnet(options, nobleBls, hashBlock0).text, DEVNET, 'run `npm run genesis`')
})

test('devnet: other options make another network, whose proofs hold as well', () => {
  const { network } = createDevnet({ ...options, blockIntervalMs: 0, accounts: 2 }, nobleBls, hashBlock0)
  assert.is.not(toHex(network.genesisHash), toHex(hashBlock0(base)))
  assert.is(network.devKeys!.accounts.length, 2)
  assert.throws(() => createDevnet({ ...options, validators: 0 }, nobleBls, hashBlock0), /validators: expected a list/)
})

test('devnet: several validators cannot keep a part of a second', () => {
  const make = (validators: number, blockIntervalMs: number) => devnetFile({ ...options, validators, blockIntervalMs })
  for (const text of [make(1, 250), make(3, 0), make(3, 1_000)]) assert.not('kind' in parseNetwork(text))
  const refused = parseNetwork(make(3, 999)) as FieldRefused
  assert.is(fieldText(refused), 'params.blockIntervalMs: expected 0, or at least 1000 with 3 validators, got 999')
})

test('devnet: accounts are the mnemonic’s on the standard path, with their keys', () => {
  for (const [i, { address, key }] of base.devKeys!.accounts.entries()) {
    assert.is(toHex(address), mnemonicToAccount(DEV_MNEMONIC, { addressIndex: i }).address.toLowerCase())
    assert.is(toHex(address), privateKeyToAddress(toHex(key)).toLowerCase())
  }
  const key0 = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
  assert.is(toHex(base.devKeys!.accounts[0]!.key), key0)
})

test('devnet: the published validator keys belong to the set', () => {
  const [keys] = base.devKeys!.validators
  const [validator] = base.validators
  assert.is(toHex(nobleBls.publicKey(keys!.blsSecret)), toHex(validator!.blsKey))
  assert.is(toHex(keys!.operator), toHex(validator!.operator))
  assert.is(privateKeyToAddress(toHex(keys!.operatorKey)).toLowerCase(), toHex(validator!.operator))
})

test('devnet: three validators parse, stand in operator order, and their proofs load', () => {
  const text = devnetFile({ ...options, validators: 3 })
  const network = parsed(text)
  const operators = network.validators.map(({ operator }) => toHex(operator))
  assert.equal(operators, [...operators].sort())
  const proved = devnetFile({ ...options, validators: 3 }, proveDevnet(network, HASH, nobleBls))
  const loaded = loadNetwork(proved, nobleBls, (asked) => {
    assert.is(toHex(asked.paramsHash), toHex(network.paramsHash))
    return HASH
  })
  if ('kind' in loaded) throw new Error(fieldText(loaded))
  assert.is(toHex(loaded.genesisHash), toHex(HASH))
})

test('proofs: each way to lack a good one is refused by its field', () => {
  const network = parsed(devnetFile({ ...options, validators: 2 }))
  const proofs = proveDevnet(network, HASH, nobleBls)
  const [first, second] = [proofs[0]!, proofs[1]!]
  const refused = (list: readonly (typeof first)[], hash = HASH): FieldRefused => {
    const got = checkProofs({ ...network, proofs: list }, hash, nobleBls)
    assert.ok(got, 'refused')
    return got
  }
  assert.is(checkProofs({ ...network, proofs }, HASH, nobleBls), undefined)
  assert.match(fieldText(refused([])), /^unhashed\.proofs: expected a proof of validator 0x/)
  assert.is(refused([first]).code, 'ProofWrong')
  assert.is(refused([first, first]).code, 'FieldRepeated')
  const swapped = { operator: first.operator, signature: second.signature }
  assert.is(refused([swapped, second]).field, 'unhashed.proofs[0].signature')
  const stranger = { operator: new Uint8Array(20).fill(1), signature: first.signature }
  assert.is(refused([first, second, stranger]).field, 'unhashed.proofs[2].operator')
  assert.is(refused([first, second], new Uint8Array(32)).field, 'unhashed.proofs[0].signature')
  const infinity = new Uint8Array(96)
  infinity[0] = 0xc0
  assert.is(refused([{ ...first, signature: infinity }, second]).field, 'unhashed.proofs[0].signature')
})

test('loadNetwork: a faulty file never reaches block 0', () => {
  const loaded = loadNetwork('{}', nobleBls, () => {
    throw new Error('asked for block 0 of a faulty file')
  })
  assert.ok('kind' in loaded && loaded.code === 'FieldMissing')
})

test.run()
