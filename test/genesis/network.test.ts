/** The network file's parser: what it reads, and that every fault names its field. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { genesisBalances, genesisInput } from '../../genesis/block0.ts'
import { fieldText } from '../../genesis/fields.ts'
import { type Network, parseNetwork } from '../../genesis/network.ts'
import { encodeChainParams, paramsHash } from '../../genesis/paramsHash.ts'
import { SUPPLY_OPEN, SUPPLY_SHARES, WEI_PER_OPEN } from '../../genesis/supply.ts'
import { toHex } from '../../primitives/bytes.ts'
import { keccak256 } from '../../primitives/hashes.ts'

const DEVNET = readFileSync(new URL('../../genesis/networks/devnet.json', import.meta.url), 'utf8')

// biome-ignore lint/suspicious/noExplicitAny: offences are planted into untyped JSON
type Json = any

function parsed(text: string): Network {
  const network = parseNetwork(text)
  if ('kind' in network) throw new Error(fieldText(network))
  return network
}

function fault(change: (file: Json) => void): string {
  const file = JSON.parse(DEVNET)
  change(file)
  const network = parseNetwork(JSON.stringify(file))
  return 'kind' in network ? `${network.code} ${fieldText(network)}` : 'accepted'
}

test('network: devnet.json holds the chain id, the admin and the genesis set', () => {
  const { params, validators, predeploys, devKeys } = parsed(DEVNET)
  assert.is(params.chainId, 77116120n)
  assert.is(params.name, 'devnet')
  assert.is(toHex(params.devAdmin!), '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266')
  assert.is(validators.length, 1)
  assert.is(predeploys.length, 4)
  assert.is(devKeys!.accounts.length, 10)
})

test('supply: the shares are the paper’s and every wei of block 0 adds up to a billion OPEN', () => {
  assert.equal(
    SUPPLY_SHARES.map(({ shareBps }) => shareBps),
    [5171, 1829, 1500, 500, 1000],
  )
  const network = parsed(DEVNET)
  const sum = genesisBalances(network).reduce((total, { balanceWei }) => total + balanceWei!, 0n)
  assert.is(sum, SUPPLY_OPEN * WEI_PER_OPEN)
  const community = network.allocations.filter(({ group }) => group === 'community')
  assert.is(
    community.reduce((total, { balanceWei }) => total + balanceWei, 0n),
    517_100_000n * WEI_PER_OPEN,
  )
})

test('block 0: stakes stand at IStaking and the natives are told of admin and set', () => {
  const network = parsed(DEVNET)
  const staking = genesisBalances(network).at(-1)!
  assert.is(toHex(staking.address), '0x0000000000000000000000000000000000000a06')
  assert.is(staking.balanceWei, network.validators[0]!.stakeWei)
  const { natives, accounts } = genesisInput(network)
  assert.is(natives.validators, network.validators)
  assert.is(natives.devAdmin, network.params.devAdmin)
  assert.is(accounts.filter(({ code, nonce }) => code !== undefined && nonce === 1n).length, 4)
})

const offences: readonly [string, (file: Json) => void, string][] = [
  [
    'a key one byte short',
    (f) => (f.validators[0].blsKey = f.validators[0].blsKey.slice(0, -2)),
    'FieldInvalid validators[0].blsKey: expected 48 bytes of hex, got 47',
  ],
  [
    'half a byte',
    (f) => (f.validators[0].p2pKey += '0'),
    'FieldInvalid validators[0].p2pKey: expected 0x-prefixed hex of whole bytes, got "0x',
  ],
  ['an unknown field', (f) => (f.params.gasLimit = 1), 'FieldUnknown params.gasLimit: expected one of name, chainId,'],
  ['a missing field', (f) => delete f.params.forks, 'FieldMissing params.forks: expected this field, got nothing'],
  [
    'a number for an amount',
    (f) => (f.params.chainId = 77116120),
    'FieldInvalid params.chainId: expected a decimal string',
  ],
  ['a leading zero', (f) => (f.params.chainId = '077'), 'FieldInvalid params.chainId: expected a decimal string'],
  [
    'a fraction',
    (f) => (f.params.epochBlocks = 1.5),
    'FieldInvalid params.epochBlocks: expected a whole number from 1 to',
  ],
  [
    'a time in milliseconds',
    (f) => (f.params.genesisTimeS *= 1000),
    'FieldInvalid params.genesisTimeS: expected a whole number',
  ],
  [
    'a base fee below the floor',
    (f) => (f.params.initialBaseFeeWei = '1'),
    'FieldInvalid params.initialBaseFeeWei: expected a decimal string from 1000000 to',
  ],
  [
    'an unknown fork',
    (f) => (f.params.forks[0].fork = 'amsterdam'),
    'FieldInvalid params.forks[0].fork: expected a fork that this version knows: osaka, got "amsterdam"',
  ],
  [
    'a first fork after genesis',
    (f) => (f.params.forks[0].epoch = 1),
    'FieldInvalid params.forks[0].epoch: expected a whole number from 0 to 0, got 1',
  ],
  [
    'forks out of order',
    (f) => f.params.forks.push({ epoch: 0, fork: 'osaka' }),
    'FieldInvalid params.forks[1].epoch: expected a whole number from 1 to',
  ],
  [
    'a mistyped checksum address',
    (f) => (f.params.devAdmin = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92265'),
    'FieldInvalid params.devAdmin: expected the EIP-55 spelling 0x',
  ],
  [
    'published keys without an admin',
    (f) => (f.params.devAdmin = null),
    'FieldInvalid unhashed.insecureDevKeys: expected null, since params.devAdmin is null, got published keys',
  ],
  ['no validators', (f) => (f.validators = []), 'FieldInvalid validators: expected a list of 1 … 100, got a list of 0'],
  [
    'a validator twice',
    (f) => f.validators.push(f.validators[0]),
    'FieldRepeated validators[1].operator: expected a value not used by validators[0].operator, got 0x',
  ],
  [
    'a stake that was not taken from its group',
    (f) => (f.validators[0].stakeOpen = '2'),
    'SumWrong allocations.ecosystem: expected accounts and stakes of 100000000 OPEN, got 99000002',
  ],
  [
    'a share too large',
    (f) => (f.allocations.team[0].open = '150000001'),
    'SumWrong allocations.team: expected accounts and stakes of 150000000 OPEN, got 150000001',
  ],
  [
    'an account in two groups',
    (f) => (f.allocations.team[0].address = f.allocations.community[0].address),
    'FieldRepeated allocations.team[0].address: expected a value not used by allocations.community[0].address',
  ],
  [
    'coin at a native',
    (f) => (f.allocations.team[0].address = '0x0000000000000000000000000000000000000a05'),
    'FieldInvalid allocations.team[0].address: expected an address that is not reserved',
  ],
  [
    'coin at a predeploy',
    (f) => (f.allocations.team[0].address = '0xcA11bde05977b3631167028862bE2a173976CA11'),
    'FieldRepeated allocations.team[0].address: expected a value not used by predeploys Multicall3',
  ],
  [
    'altered predeploy code',
    (f) => (f.predeploys.HistoryStorage += '00'),
    'FieldInvalid predeploys.HistoryStorage: expected code of hash 0x6e49e667',
  ],
  ['a missing predeploy', (f) => delete f.predeploys.BeaconRoots, 'FieldMissing predeploys.BeaconRoots'],
  ['a list for an object', (f) => (f.params = []), 'FieldInvalid params: expected an object, got a list of 0'],
  ['another group', (f) => (f.allocations.friends = []), 'FieldUnknown allocations.friends'],
  [
    'an unknown parameter',
    (f) => (f.parameters.speed = '1'),
    'FieldUnknown parameters.speed: expected a parameter of IParams, got an unknown name',
  ],
  [
    'a parameter out of its bounds',
    (f) => (f.parameters.rotationDelayS = '59'),
    'FieldInvalid parameters.rotationDelayS: expected a decimal string from 60 to',
  ],
  [
    'a commission above all',
    (f) => (f.validators[0].commissionBps = 10_001),
    'FieldInvalid validators[0].commissionBps: expected a whole number from 0 to 10000, got 10001',
  ],
]

for (const [name, change, expected] of offences)
  test(`network: ${name} is refused by the name of its field`, () => {
    assert.is(fault(change).slice(0, expected.length), expected)
  })

test('network: what is not JSON is refused as a file, and no scalar is taken for one', () => {
  for (const text of ['', '{', 'null', '1', '"x"', '[]', `${DEVNET}x`]) {
    const network = parseNetwork(text)
    assert.ok('kind' in network, text)
    assert.is(network.field, '(file)')
  }
})

test('network: no field may be absent or null, but the two that say so', () => {
  const legal = ['params.devAdmin', 'unhashed.insecureDevKeys']
  let cases = 0
  const visit = (value: Json, path: readonly string[]) => {
    for (const key of Object.keys(value)) {
      const owner = (file: Json) => path.reduce((object, name) => object[name], file)
      const name = [...path, key].join('.')
      if (!Array.isArray(value))
        assert.is.not(
          fault((file) => delete owner(file)[key]),
          'accepted',
          name,
        )
      if (!legal.includes(name))
        assert.is.not(
          fault((file) => (owner(file)[key] = null)),
          'accepted',
          name,
        )
      cases++
      if (typeof value[key] === 'object' && value[key] !== null) visit(value[key], [...path, key])
    }
  }
  // Which parameters stand there is free; the natives' own table judges their names.
  const { parameters: _, ...rest } = JSON.parse(DEVNET)
  visit(rest, [])
  assert.ok(cases > 100, `${cases} cases`)
})

test('paramsHash: the encoding is the documented RLP list, and each field moves the hash', () => {
  const { params } = parsed(DEVNET)
  assert.is(toHex(paramsHash(params)), toHex(keccak256(encodeChainParams(params))))
  const fields = [
    'f857',
    '866465766e6574', // devnet
    '840498b2d8', // 77116120
    '846955b900', // 1767225600
    '8203e8', // 1000 ms
    '820e10', // 3600 blocks
    '830f4240', // 10^6 wei
    '843b9aca00', // 10^9 wei
    '830927c0', // 600000 bytes
    '940000000000000000000000000000000000000b03',
    '94f39fd6e51aad88f6f4ce6ab8827279cfffb92266',
    'c8c780856f73616b61', // [[0, osaka]]
  ]
  assert.is(toHex(encodeChainParams(params)), `0x${fields.join('')}`)
  const changed = [
    { ...params, name: 'devnet2' },
    { ...params, chainId: 1n },
    { ...params, genesisTimeS: 1 },
    { ...params, blockIntervalMs: 1 },
    { ...params, epochBlocks: 1 },
    { ...params, baseFeeFloorWei: 1n },
    { ...params, initialBaseFeeWei: 1n },
    { ...params, bodyBytesMax: 1 },
    { ...params, governor: new Uint8Array(20) },
    { ...params, devAdmin: null },
    { ...params, forks: [] },
  ].map((other) => toHex(paramsHash(other)))
  assert.is(new Set([...changed, toHex(paramsHash(params))]).size, 12)
})

test.run()
