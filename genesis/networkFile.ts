/** The text of a new network's file, from its parameters, its validators' public files and who holds the coin. */
import { toHex } from '../primitives/bytes.ts'
import type { FieldRefused } from './fields.ts'
import { parseNetwork } from './network.ts'
import type { Predeploy } from './predeploys.ts'
import { groupSupplyOpen, SUPPLY_GROUPS, type SupplyGroup } from './supply.ts'
import type { Proof } from './validators.ts'

export interface NewNetwork {
  readonly name: string
  readonly chainId: bigint
  readonly genesisTimeS: number
  readonly blockIntervalMs: number
  readonly epochBlocks: number
  /** May change parameters and approve models. */
  readonly governor: string
  /** Who gets what of a group's supply is not staked; one address each. */
  readonly holders: Readonly<Record<SupplyGroup, string>>
  /** Parsed `validator.json` files; read strictly with the whole. */
  readonly validators: readonly unknown[]
  readonly predeploys: readonly Predeploy[]
}

/** Below it, blocks would be free on a quiet network. */
const BASE_FEE_FLOOR_WEI = 1_000_000n
const INITIAL_BASE_FEE_WEI = 1_000_000_000n
/** Six blobs must hold any body (rollup.md §1). */
const BODY_BYTES_MAX = 600_000

/** A file without proofs: those sign over its genesisHash. */
export function newNetworkFile(options: NewNetwork): string | FieldRefused {
  const file = {
    params: {
      name: options.name,
      chainId: `${options.chainId}`,
      genesisTimeS: options.genesisTimeS,
      blockIntervalMs: options.blockIntervalMs,
      epochBlocks: options.epochBlocks,
      baseFeeFloorWei: `${BASE_FEE_FLOOR_WEI}`,
      initialBaseFeeWei: `${INITIAL_BASE_FEE_WEI}`,
      bodyBytesMax: BODY_BYTES_MAX,
      governor: options.governor,
      devAdmin: null,
      forks: [{ epoch: 0, fork: 'osaka' }],
    },
    allocations: allocationsOf(options),
    validators: options.validators,
    parameters: {},
    predeploys: Object.fromEntries(options.predeploys.map(({ name, code }) => [name, toHex(code)])),
    unhashed: { proofs: [], insecureDevKeys: null },
  }
  const text = fileText(file)
  const parsed = parseNetwork(text)
  return 'kind' in parsed ? parsed : text
}

/** The same file with these proofs, ordered by operator. `text` must parse. */
export function withProofs(text: string, proofs: readonly Proof[]): string {
  const file = JSON.parse(text)
  file.unhashed.proofs = proofs
    .map(({ operator, signature }) => ({ operator: toHex(operator), signature: toHex(signature) }))
    .sort((a, b) => (a.operator < b.operator ? -1 : 1))
  return fileText(file)
}

function allocationsOf({ holders, validators }: NewNetwork) {
  const entries = SUPPLY_GROUPS.map((group) => {
    const stakedOpen = validators.reduce<bigint>((sum, each) => sum + stakeOf(each, group), 0n)
    const open = groupSupplyOpen(group) - stakedOpen
    return [group, open > 0n ? [{ label: `${group} holder`, address: holders[group], open: `${open}` }] : []]
  })
  return Object.fromEntries(entries)
}

/** What is no stake counts nothing here: the strict reader says what is wrong with it. */
function stakeOf(validator: unknown, group: SupplyGroup): bigint {
  const { stakeOpen, fundedBy } = (validator ?? {}) as { stakeOpen?: unknown; fundedBy?: unknown }
  return fundedBy === group && typeof stakeOpen === 'string' && /^\d{1,10}$/.test(stakeOpen) ? BigInt(stakeOpen) : 0n
}

const fileText = (file: unknown): string => `${JSON.stringify(file, null, 2)}\n`
