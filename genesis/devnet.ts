/**
 * The devnet, built from nothing but a well-known mnemonic: every node and every test gets the same network.
 *
 * INSECURE BY DESIGN: all keys follow from public text, so anyone can spend, propose and sign here. Paths of the
 * mnemonic: m/44'/60'/0'/0/i dev accounts, m/44'/60'/1'/0/i operators, m/44'/60'/2'/0/i holders of the supply groups.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js'
import { ed25519 } from '@noble/curves/ed25519.js'
import { type HDAccount, mnemonicToAccount, privateKeyToAddress } from 'viem/accounts'
import { checksumAddress } from '../primitives/address.ts'
import type { Bls } from '../primitives/bls.ts'
import { concat, equal, fromHex, toHex, uintToBytes, utf8 } from '../primitives/bytes.ts'
import { keccak256 } from '../primitives/hashes.ts'
import type { DevValidatorKeys } from './devKeys.ts'
import { fieldText } from './fields.ts'
import { type LoadedNetwork, loadNetwork } from './load.ts'
import { type Network, parseNetwork } from './network.ts'
import { possessionHash } from './proofs.ts'
import { groupSupplyOpen, SUPPLY_GROUPS, type SupplyGroup } from './supply.ts'
import type { Proof } from './validators.ts'

/** The mnemonic of anvil and Hardhat: tools and people know its accounts. */
export const DEV_MNEMONIC = 'test test test test test test test test test test test junk'
export const DEV_ACCOUNTS = 10
/** As anvil gives: enough for any test, and clearly no real balance. */
export const DEV_ACCOUNT_OPEN = 10_000n
/** Stake of each dev validator, and what its operator gets for fees. */
const DEV_STAKE_OPEN = 1_000_000n
const DEV_OPERATOR_OPEN = 1_000n
const DEV_COMMISSION_BPS = 1_000
/** 2026-01-01T00:00:00Z: fixed, so that every devnet of equal options has the same genesisHash. */
const DEV_GENESIS_TIME_S = 1_767_225_600
/** Fees stay visible in wallets and never reach zero. */
const DEV_BASE_FEE_FLOOR_WEI = 1_000_000n
/** Where the timelock will stand (economy.md, 0x…0B01 upward); the dev admin acts until then. */
const DEV_GOVERNOR = '0x0000000000000000000000000000000000000b03'
/** The dev accounts, operators and stakes come out of this group, so that the supply stays exact. */
const DEV_GROUP: SupplyGroup = 'ecosystem'

export interface DevnetOptions {
  /** 1 … 100. */
  readonly validators: number
  /** 1 … 100. */
  readonly accounts: number
  readonly blockIntervalMs: number
  readonly epochBlocks: number
  /** `IParams` names → values. */
  readonly parameters: Readonly<Record<string, bigint>>
  /** Runtime bytecode by predeploy name, as in the network file. */
  readonly predeploys: Readonly<Record<string, Uint8Array>>
}

/** What `networks/devnet.json` is made with. Nobody waits for hours on a devnet, and quotas must not stop a test. */
export const DEVNET_DEFAULTS: Omit<DevnetOptions, 'predeploys'> = {
  validators: 1,
  accounts: DEV_ACCOUNTS,
  blockIntervalMs: 1_000,
  epochBlocks: 3_600,
  parameters: {
    ratesNoticeS: 0n,
    answerDelayMinS: 5n,
    attestationWindowS: 120n,
    rowsPerAccountDay: 1_000_000n,
    datanetsPerAccountDay: 10_000n,
    revealWindowS: 4n,
    rotationDelayS: 60n,
    unbondingS: 60n,
  },
}

/** Builds, proves and loads a devnet in one go; `text` is its network file. */
export function createDevnet(
  options: DevnetOptions,
  bls: Bls,
  hashBlock0: (network: Network) => Uint8Array,
): { readonly text: string; readonly network: LoadedNetwork } {
  const unproved = parseNetwork(devnetFile(options))
  if ('kind' in unproved) throw new RangeError(fieldText(unproved))
  const text = devnetFile(options, proveDevnet(unproved, hashBlock0(unproved), bls))
  const network = loadNetwork(text, bls, hashBlock0)
  if ('kind' in network) throw new RangeError(fieldText(network))
  return { text, network }
}

/** The predeploys of a parsed file, as `DevnetOptions` takes them. */
export function predeployCodes(network: Pick<Network, 'predeploys'>): Record<string, Uint8Array> {
  return Object.fromEntries(network.predeploys.map(({ name, code }) => [name, code]))
}

/** The network's file text: deterministic, without proofs; `proveDevnet` makes those once genesisHash is known. */
export function devnetFile(options: DevnetOptions, proofs: readonly Proof[] = []): string {
  const [accountBranch, operatorBranch, holderBranch] = [0, 1, 2].map(openBranch)
  const operators = Array.from({ length: options.validators }, (_, i) => devValidator(branchKey(operatorBranch!, i), i))
  const accounts = Array.from({ length: options.accounts }, (_, i) => branchKey(accountBranch!, i))
  const holders = SUPPLY_GROUPS.map((_, i) => branchKey(holderBranch!, i))
  const file = {
    params: devnetParams(options, accounts[0]!.address),
    allocations: devnetAllocations(accounts, operators, holders),
    validators: operators.map(({ keys, validator }) => ({
      operator: checksumAddress(keys.operator),
      blsKey: toHex(validator.blsKey),
      p2pKey: toHex(validator.p2pKey),
      feeRecipient: checksumAddress(keys.operator),
      commissionBps: DEV_COMMISSION_BPS,
      stakeOpen: `${DEV_STAKE_OPEN}`,
      fundedBy: DEV_GROUP,
    })),
    parameters: Object.fromEntries(Object.entries(options.parameters).map(([name, value]) => [name, `${value}`])),
    predeploys: Object.fromEntries(Object.entries(options.predeploys).map(([name, code]) => [name, toHex(code)])),
    unhashed: {
      proofs: proofs.map((proof) => ({
        operator: checksumAddress(proof.operator),
        signature: toHex(proof.signature),
      })),
      insecureDevKeys: {
        mnemonic: DEV_MNEMONIC,
        accounts: accounts.map(({ address, key }) => ({ address: checksumAddress(address), key: toHex(key) })),
        validators: operators.map(({ keys }) => ({
          operator: checksumAddress(keys.operator),
          operatorKey: toHex(keys.operatorKey),
          blsSecret: toHex(keys.blsSecret),
          p2pSecret: toHex(keys.p2pSecret),
        })),
      },
    },
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

/** Proofs of possession by the published keys over a genesis hash, in the order of the validators. */
export function proveDevnet(
  network: Pick<Network, 'params' | 'validators' | 'devKeys'>,
  genesisHash: Uint8Array,
  bls: Bls,
): Proof[] {
  const chain = { chainId: network.params.chainId, genesisHash }
  return network.validators.map((validator) => {
    const keys = network.devKeys?.validators.find(({ operator }) => equal(operator, validator.operator))
    if (keys === undefined) throw new RangeError(`no published key of validator ${toHex(validator.operator)}`)
    return { operator: validator.operator, signature: bls.sign(keys.blsSecret, possessionHash(chain, validator)) }
  })
}

function devnetParams(options: DevnetOptions, devAdmin: Uint8Array) {
  return {
    name: 'devnet',
    chainId: '77116120',
    genesisTimeS: DEV_GENESIS_TIME_S,
    blockIntervalMs: options.blockIntervalMs,
    epochBlocks: options.epochBlocks,
    baseFeeFloorWei: `${DEV_BASE_FEE_FLOOR_WEI}`,
    initialBaseFeeWei: '1000000000',
    bodyBytesMax: 600_000,
    governor: DEV_GOVERNOR,
    devAdmin: checksumAddress(devAdmin),
    forks: [{ epoch: 0, fork: 'osaka' }],
  }
}

function devnetAllocations(
  accounts: readonly MnemonicKey[],
  operators: readonly { keys: DevValidatorKeys }[],
  holders: readonly MnemonicKey[],
) {
  const entry = (label: string, address: Uint8Array, open: bigint) => ({
    label,
    address: checksumAddress(address),
    open: `${open}`,
  })
  return Object.fromEntries(
    SUPPLY_GROUPS.map((group, i) => {
      const funded =
        group === DEV_GROUP
          ? [
              ...accounts.map(({ address }, n) => entry(`dev account ${n}`, address, DEV_ACCOUNT_OPEN)),
              ...operators.map(({ keys }, n) => entry(`operator of validator ${n}`, keys.operator, DEV_OPERATOR_OPEN)),
            ]
          : []
      const spent = funded.reduce((sum, { open }) => sum + BigInt(open), 0n)
      const stakes = group === DEV_GROUP ? DEV_STAKE_OPEN * BigInt(operators.length) : 0n
      const rest = groupSupplyOpen(group) - spent - stakes
      return [group, [...funded, entry(`${group} holder`, holders[i]!.address, rest)]]
    }),
  )
}

interface MnemonicKey {
  readonly address: Uint8Array
  readonly key: Uint8Array
}

type HdKey = ReturnType<HDAccount['getHdKey']>

/** Deriving the seed costs 2,048 rounds, so each branch m/44'/60'/account' is opened once. */
function openBranch(account: number): HdKey {
  return mnemonicToAccount(DEV_MNEMONIC, { path: `m/44'/60'/${account}'` }).getHdKey()
}

function branchKey(branch: HdKey, index: number): MnemonicKey {
  const key = branch.derive(`m/0/${index}`).privateKey!.slice()
  return { address: fromHex(privateKeyToAddress(toHex(key))), key }
}

/** 32 bytes that anyone can compute; the two top bits are cleared, so it is below the order of BLS12-381. */
function devSecret(purpose: string, index: number): Uint8Array {
  const secret = keccak256(concat(utf8(`openledger devnet ${purpose}`), uintToBytes(index, 4)))
  secret[0]! &= 0x3f
  return secret
}

function devValidator(
  { address, key }: MnemonicKey,
  index: number,
): {
  keys: DevValidatorKeys
  validator: { blsKey: Uint8Array; p2pKey: Uint8Array }
} {
  const blsSecret = devSecret('bls', index)
  const p2pSecret = devSecret('p2p', index)
  return {
    keys: { operator: address, operatorKey: key, blsSecret, p2pSecret },
    validator: {
      blsKey: bls12_381.longSignatures.getPublicKey(blsSecret).toBytes(),
      p2pKey: ed25519.getPublicKey(p2pSecret),
    },
  }
}
