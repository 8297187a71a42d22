/** The `params` section of a network file: ChainParams, each field within bounds that catch a slip of the unit. */
import type { ChainParams, ForkEntry } from '../primitives/chainParams.ts'
import { type Field, readAddress, readAmount, readInteger, readList, readObject, readText } from './fields.ts'

/** Longest time between blocks, and longest epoch, that a file may ask for: a day and a year of 1 s blocks. */
const INTERVAL_MS_MAX = 86_400_000
const EPOCH_BLOCKS_MAX = 31_536_000
/** 2100-01-01: a genesis time in milliseconds is caught. */
const GENESIS_TIME_S_MAX = 4_102_444_800
/** A base fee above 1 OPEN per gas is a mistake. */
const BASE_FEE_WEI_MAX = 10n ** 18n
/** Six blobs must hold any body (rollup.md §1). */
const BODY_BYTES_MAX = 600_000
const FORKS_MAX = 64

export function readParams(field: Field): ChainParams {
  const at = readObject(field, [
    'name',
    'chainId',
    'genesisTimeS',
    'blockIntervalMs',
    'epochBlocks',
    'baseFeeFloorWei',
    'initialBaseFeeWei',
    'bodyBytesMax',
    'governor',
    'devAdmin',
    'forks',
  ])
  const baseFeeFloorWei = readAmount(at.baseFeeFloorWei, 0n, BASE_FEE_WEI_MAX)
  return {
    name: readText(at.name, /^[a-z][a-z0-9-]{0,31}$/, 'lower-case letters, digits and dashes, at most 32'),
    chainId: readAmount(at.chainId, 1n, 2n ** 53n - 1n),
    genesisTimeS: readInteger(at.genesisTimeS, 0, GENESIS_TIME_S_MAX),
    blockIntervalMs: readInteger(at.blockIntervalMs, 0, INTERVAL_MS_MAX),
    epochBlocks: readInteger(at.epochBlocks, 1, EPOCH_BLOCKS_MAX),
    baseFeeFloorWei,
    initialBaseFeeWei: readAmount(at.initialBaseFeeWei, baseFeeFloorWei, BASE_FEE_WEI_MAX),
    bodyBytesMax: readInteger(at.bodyBytesMax, 1024, BODY_BYTES_MAX),
    governor: readAddress(at.governor),
    devAdmin: at.devAdmin.value === null ? null : readAddress(at.devAdmin),
    forks: readForks(at.forks),
  }
}

function readForks(field: Field): ForkEntry[] {
  let next = 0
  return readList(field, 1, FORKS_MAX).map((item, i) => {
    const at = readObject(item, ['epoch', 'fork'])
    const epoch = readInteger(at.epoch, next, i === 0 ? 0 : 2 ** 40)
    next = epoch + 1
    readText(at.fork, /^osaka$/, 'a fork that this version knows: osaka')
    return { epoch, fork: 'osaka' }
  })
}
