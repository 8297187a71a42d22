/** The commands of staking on a running node: a validator is made, staked with, and convicted. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { defaultPbkdfModule } from '@chainsafe/bls-keystore'
import { Command, Option } from 'commander'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { genesisInput } from '../../genesis/block0.ts'
import { createDevnet, DEVNET_DEFAULTS, predeployCodes } from '../../genesis/devnet.ts'
import { type Network, parseNetwork } from '../../genesis/network.ts'
import { devAccount } from '../../node/cli/account.ts'
import { evidenceFileText } from '../../node/cli/evidenceFile.ts'
import { toCommandError } from '../../node/cli/refusals.ts'
import { STAKING } from '../../node/cli/stakingContract.ts'
import { CommandError } from '../../node/cli/terminal.ts'
import { addStakingCommands } from '../../node/commands/staking/program.ts'
import { createValidatorKeys, readBlsKey } from '../../node/keys/validatorKeys.ts'
import { createLog } from '../../node/log.ts'
import { DEVNET_FILE } from '../../node/network.ts'
import { type RunningNode, startNode } from '../../node/node.ts'
import { nobleBls } from '../../primitives/bls.ts'
import { fromHex, toHex } from '../../primitives/bytes.ts'
import type { SignedBallot } from '../../primitives/evidence.ts'
import { statementHash } from '../../primitives/statements.ts'
import { createChainRules } from '../../runtime/chainRules.ts'
import { createGenesisBlock } from '../../runtime/execution/genesisBlock.ts'
import { ask, type ChainClient, connectChain } from '../../studio/chain/client.ts'

const standard = defaultPbkdfModule()
const CHEAP = { ...standard, params: { ...standard.params, c: 16 } }
const EPOCH_BLOCKS = 16
const folder = mkdtempSync(join(tmpdir(), 'openledger-staking-'))
const password = join(folder, 'password')
const data = join(folder, 'validator')
const OPERATOR = devAccount(1).address
const DELEGATOR = devAccount(2).address

let node: RunningNode
let client: ChainClient

interface Outcome {
  readonly output: string
  readonly error: CommandError | undefined
}

/** In this process: a start of Node for each of the commands would take most of the test's time. */
async function run(...args: readonly string[]): Promise<Outcome> {
  const shared = {
    account: () => new Option('--account <who>').default('0'),
    rpc: () => new Option('--rpc <url>').default(node.rpc.httpUrl),
  }
  const program = new Command('openledger').exitOverride()
  addStakingCommands(program, shared)
  const lines: string[] = []
  const { log } = console
  console.log = (line: string) => lines.push(stripVTControlCharacters(line))
  try {
    await program.parseAsync(args, { from: 'user' })
    return { output: lines.join('\n'), error: undefined }
  } catch (thrown) {
    const error = toCommandError(thrown)
    if (error instanceof CommandError) return { output: lines.join('\n'), error }
    throw thrown
  } finally {
    console.log = log
  }
}

async function done(words: RegExp, ...args: readonly string[]): Promise<void> {
  const { output, error } = await run(...args)
  assert.is(error, undefined, error?.message)
  assert.match(output, words, `${args.join(' ')}: ${output}`)
}

async function refused(words: RegExp, ...args: readonly string[]): Promise<void> {
  const { output, error } = await run(...args)
  assert.ok(error !== undefined, output)
  assert.match(`${error.message}\n${error.hint}`, words)
}

/** The devnet with short epochs. */
function writeNetwork(file: string): void {
  const network = parseNetwork(readFileSync(DEVNET_FILE, 'utf8')) as Network
  const options = { ...DEVNET_DEFAULTS, epochBlocks: EPOCH_BLOCKS, predeploys: predeployCodes(network) }
  const hashOf = (unhashed: Network) =>
    createGenesisBlock(createChainRules(unhashed.params), genesisInput(unhashed)).hash
  writeFileSync(file, createDevnet(options, nobleBls, hashOf).text)
}

test.before(async () => {
  writeFileSync(password, 'correct horse')
  const networkFile = join(folder, 'network.json')
  writeNetwork(networkFile)
  node = await startNode({
    ...{ networkFile, folder: null, host: '127.0.0.1', port: 0, blockIntervalMs: 0, isAutomine: true },
    identity: { kind: 'published', validator: 0 },
    peers: null,
    mayForgetVotes: true,
    influence: 'js',
    log: createLog('error', () => {}),
    onFault(error) {
      throw error
    },
  })
  client = await connectChain(node.rpc.httpUrl)
})

test.after(async () => {
  await node.close()
  rmSync(folder, { recursive: true, force: true })
})

test('validator: stake is delegated and taken back; status shows both, and when it is free', async () => {
  const genesis = () => toHex(node.network.validators[0]!.operator)
  const by = ['--account', '2']
  await done(/50\.250000 OPEN staked with/, 'validator', 'delegate', genesis(), '50.25', ...by)
  await done(/20\.000000 OPEN are being taken back/, 'validator', 'undelegate', genesis(), '20', ...by)
  await refused(/StakeShort[\s\S]*`all` takes everything back/, 'validator', 'undelegate', genesis(), '999', ...by)
  await done(/1000030\.250000 +1000000\.000000 +10 % +contender/, 'validator', 'status')
  await done(/30\.250000[\s\S]*20\.000000 +after epoch 0/, 'validator', 'status', DELEGATOR)
  await refused(/NothingToWithdraw[\s\S]*says when stake is free/, 'validator', 'withdraw', ...by)
  await done(/has no rewards to claim/, 'validator', 'claim', ...by)
  const height = Number(await client.getBlockNumber())
  await ask(client, 'evm_mine', [EPOCH_BLOCKS - (height % EPOCH_BLOCKS) + 1])
  await done(/20\.000000 +20\d\d-\d\d-\d\dT/, 'validator', 'status', DELEGATOR)
  const { output } = await run('validator', 'status', '--json')
  const { validators, epoch } = JSON.parse(output)
  assert.is(epoch, '1')
  assert.is(validators[0].stakeWei, '1000030250000000000000000')
  await done(/30\.250000 OPEN are being taken back/, 'validator', 'undelegate', genesis(), 'all', ...by)
  await refused(/has no stake with/, 'validator', 'undelegate', genesis(), 'all', ...by)
})

test('validator: create needs the keys of a data folder, and proves them on this chain', async () => {
  const create = ['validator', 'create', '--data', data, '--account', '1', '--password-file', password, '--stake']
  await refused(/there is no key .*validator\.json/, ...create, '100')
  await createValidatorKeys(join(data, 'keys'), 'correct horse', CHEAP)
  await refused(/StakeTooSmall[\s\S]*least stake of its own/, ...create, '0.5')
  await done(/created with 100\.000000 OPEN of its own stake[\s\S]*next epoch/, ...create, '100')
  await refused(/ValidatorExists[\s\S]*one validator for ever/, ...create, '100')
  const info = await client.readContract({ ...STAKING, functionName: 'validator', args: [OPERATOR] })
  assert.equal([info.blsKey, info.commissionBps], [toHex(readBlsKey(join(data, 'keys'))), 1_000])
  assert.ok(info.isContender)
})

test('validator: edit changes what is named and keeps the rest', async () => {
  await done(
    /block fees to 0x[0-9a-fA-F]{40}, commission 10\.5 %/,
    'validator',
    'edit',
    '--commission-bps',
    '1050',
    '--account',
    '1',
  )
  await refused(
    /CommissionRise[\s\S]*100 basis points a day/,
    'validator',
    'edit',
    '--commission-bps',
    '1060',
    '--account',
    '1',
  )
  await done(/commission 10\.5 %/, 'validator', 'edit', '--fee-recipient', DELEGATOR, '--account', '1')
  await refused(
    /UnknownValidator[\s\S]*validator status/,
    'validator',
    'edit',
    '--commission-bps',
    '1',
    '--account',
    '3',
  )
  await refused(/AlreadyContender/, 'validator', 'contend', '--account', '1')
})

test('staking commands: what cannot be meant is refused before anything is sent', async () => {
  const create = ['validator', 'create', '--data', data, '--stake']
  await refused(/expected OPEN for the stake, like 12.5, got "1e3"/, ...create, '1e3')
  await refused(/the stake must be more than 0 OPEN/, ...create, '0.0')
  await refused(/from 0 to 10000 basis points, got "10001"/, ...create, '1', '--commission-bps', '10001')
  await refused(/nothing to change: give --fee-recipient or --commission-bps/, 'validator', 'edit')
  await refused(/expected the address of a validator, got "me"/, 'validator', 'delegate', 'me', '1')
  await refused(/expected OPEN for the amount, like 12.5/, 'validator', 'undelegate', OPERATOR, 'some')
  const file = join(folder, 'other.json')
  const submit = ['evidence', 'submit', file]
  await refused(/cannot read .*other.json/, ...submit)
  await refused(/expected --max from 1 to 99, got "0"/, ...submit, '--max', '0')
  writeFileSync(file, '{"evidence":"0x"}')
  await refused(/other.json is no evidence: "set" is no hex/, ...submit)
  writeFileSync(file, '{"evidence":"0x09","set":"0x"}')
  await refused(/"evidence": expected form 1, 2 or 3, got 9/, ...submit)
})

test('evidence: two proposals of one view, submitted by anyone, convict the validator', async () => {
  const { validators, devKeys, params, genesisHash } = node.network
  const chain = { chainId: params.chainId, genesisHash }
  const read = { ...STAKING, functionName: 'epochHashOf', args: [0n] } as const
  const epochHash = fromHex(await client.readContract(read))
  const side = (byte: number): SignedBallot => {
    const id = new Uint8Array(32).fill(byte)
    const hash = statementHash(chain, { kind: 'proposal', epochHash, view: 5, id })
    return { kind: 'proposal', id, signature: nobleBls.sign(devKeys!.validators[0]!.blsSecret, hash) }
  }
  const set = validators.map((validator) => ({ ...validator, power: validator.stakeWei / 10n ** 18n }))
  const file = join(folder, 'evidence.json')
  const pair = [side(1), side(2)] as const
  writeFileSync(file, evidenceFileText({ evidence: { kind: 'statements', epoch: 0, signer: 0, view: 5, pair }, set }))
  const submit = ['evidence', 'submit', file, '--account', '3']
  await done(
    /signed two different proposals in view 5[\s\S]*loses 50002\.512500 OPEN[\s\S]*1000\.000000 OPEN paid/,
    ...submit,
  )
  await refused(/AlreadyPunished/, ...submit)
  await done(/convicted/, 'validator', 'status')
  const accused = toHex(set[0]!.operator)
  await refused(/Tombstoned[\s\S]*takes no more stake/, 'validator', 'delegate', accused, '1', '--account', '2')
})

test.run()
