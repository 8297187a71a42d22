/** `openledger network`: makes the file of a new network from its validators' public files, and proves their keys in it. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import pc from 'picocolors'
import { isAddress } from 'viem'
import { fieldText } from '../../../genesis/fields.ts'
import { type Network, parseNetwork } from '../../../genesis/network.ts'
import { newNetworkFile, withProofs } from '../../../genesis/networkFile.ts'
import { possessionHash } from '../../../genesis/proofs.ts'
import { SUPPLY_GROUPS, type SupplyGroup } from '../../../genesis/supply.ts'
import { equal, toHex } from '../../../primitives/bytes.ts'
import { formatCount, table } from '../../cli/table.ts'
import { CommandError } from '../../cli/terminal.ts'
import { probeCrypto } from '../../crypto.ts'
import { readPassword } from '../../keys/password.ts'
import { openValidatorKeys, readBlsKey } from '../../keys/validatorKeys.ts'
import { DEVNET_FILE, genesisHashOf } from '../../network.ts'
import { keyFolderOf } from './init.ts'

export interface CreateOptions {
  readonly name: string
  readonly chainId: number
  readonly validator: readonly string[]
  readonly holder: readonly string[]
  readonly governor: string
  readonly blockTime: number
  readonly epochBlocks: number
}

export async function createNetwork(file: string, options: CreateOptions): Promise<void> {
  if (existsSync(file)) throw new CommandError(`${file} is there already; it was left as it is`)
  const text = newNetworkFile({
    name: options.name,
    chainId: BigInt(options.chainId),
    genesisTimeS: Math.floor(Date.now() / 1000),
    blockIntervalMs: Math.round(options.blockTime * 1000),
    epochBlocks: options.epochBlocks,
    governor: options.governor,
    holders: readHolders(options.holder),
    validators: options.validator.map(readJson),
    predeploys: parseFile(DEVNET_FILE).predeploys,
  })
  if (typeof text !== 'string')
    throw new CommandError(
      fieldText(text),
      options.validator.map((name, i) => `validators[${i}] is ${name}`).join('\n'),
    )
  writeFileSync(file, text)
  await showNetwork(file)
}

/** Adds the proof of the validator whose keys lie in `data`, in the place of an older one. */
export async function proveNetwork(
  file: string,
  options: { readonly data: string; readonly passwordFile?: string },
): Promise<void> {
  const network = parseFile(file)
  const folder = keyFolderOf(options.data)
  const blsKey = readBlsKey(folder)
  const validator = network.validators.find((each) => equal(each.blsKey, blsKey))
  if (validator === undefined)
    throw new CommandError(
      `${file} has no validator with the BLS key of ${folder}`,
      'Its validator.public.json was not among those of `network create`.',
    )
  const crypto = await probeCrypto()
  const chain = { chainId: network.params.chainId, genesisHash: genesisHashOf(network, crypto) }
  const password = await readPassword(options.passwordFile, { input: process.stdin, output: process.stderr })
  const { blsSecret } = await openValidatorKeys(folder, password)
  const signature = crypto.bls.sign(blsSecret, possessionHash(chain, validator))
  const others = network.proofs.filter(({ operator }) => !equal(operator, validator.operator))
  const aside = `${file}.new`
  writeFileSync(aside, withProofs(readFileSync(file, 'utf8'), [...others, { operator: validator.operator, signature }]))
  renameSync(aside, file)
  await showNetwork(file)
}

export async function showNetwork(file: string): Promise<void> {
  const network = parseFile(file)
  const crypto = await probeCrypto()
  const genesisHash = genesisHashOf(network, crypto)
  const chain = { chainId: network.params.chainId, genesisHash }
  const rows = network.validators.map((validator) => {
    const proof = network.proofs.find(({ operator }) => equal(operator, validator.operator))
    const isProved =
      proof !== undefined && crypto.bls.verify([validator.blsKey], possessionHash(chain, validator), proof.signature)
    const state = proof === undefined ? pc.yellow('missing') : isProved ? pc.green('proved') : pc.red('wrong')
    return [toHex(validator.operator), formatCount(Number(validator.stakeWei / 10n ** 18n)), state]
  })
  console.log(`${pc.bold(network.params.name)}  chain id ${network.params.chainId}  genesis ${toHex(genesisHash)}`)
  console.log(
    table([{ title: 'operator' }, { title: 'stake, OPEN', isRight: true }, { title: 'proof of possession' }], rows),
  )
  const missing = rows.filter(([, , state]) => !state!.includes('proved')).length
  if (missing === 0) return console.log('Every proof holds: `openledger run --network FILE` starts a node of it.')
  console.log(
    pc.dim(
      `${missing} of ${rows.length} proofs are to come: each validator runs \`openledger network prove\` on this file.`,
    ),
  )
}

/** `community=0x… team=0x…`, one for each group of the supply. */
function readHolders(given: readonly string[]): Record<SupplyGroup, string> {
  const pairs = given.map((text) => text.split('=') as [string, string?])
  const entries = SUPPLY_GROUPS.map((group) => {
    const address = pairs.find(([name]) => name === group)?.[1]
    if (address === undefined || !isAddress(address))
      throw new CommandError(
        `--holder ${group}=ADDRESS: expected an address, got ${address ?? 'none'}`,
        `Each group of the supply needs its holder: ${SUPPLY_GROUPS.join(', ')}.`,
      )
    return [group, address] as const
  })
  return Object.fromEntries(entries) as Record<SupplyGroup, string>
}

function parseFile(file: string | URL): Network {
  const network = parseNetwork(readText(file))
  if ('kind' in network) throw new CommandError(`${file}: ${fieldText(network)}`)
  return network
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readText(file))
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw new CommandError(`${file}: expected JSON, as \`openledger init\` writes it`)
  }
}

function readText(file: string | URL): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new CommandError(`cannot read ${file}: ${(error as Error).message}`)
  }
}
