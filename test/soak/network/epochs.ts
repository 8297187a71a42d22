/** The validator set changes under load: a fifth joins, one of the four leaves, each at the sealing block of its epoch. */
import assert from 'node:assert/strict'
import { createPublicClient, http } from 'viem'
import { STAKING } from '../../../node/cli/stakingContract.ts'
import { compare, equal, toHex } from '../../../primitives/bytes.ts'
import { setHash, type ValidatorSet } from '../../../primitives/validatorSet.ts'
import { type Cluster, type ClusterNode, heightsOf, reachHeight } from '../../cluster/cluster.ts'
import { type Newcomer, startNewcomer } from '../../cluster/newcomer.ts'
import { openledger } from '../../cluster/openledger.ts'
import { until } from '../../cluster/until.ts'
import { type Scenario, underLoad } from './scenario.ts'

const EPOCH_BLOCKS = 20
/** As much as each of the others has. */
const STAKE_OPEN = 1_000_000
/** Blocks that the new set must make without one of its members. */
const BLOCKS_BY_QUORUM = 5
/** Two epochs on a machine busy with others. */
const DEADLINE_MS = 180_000
const LEAVER = 3

export const runEpochs: Scenario = (options) =>
  underLoad(options, { devnet: { validators: 4, epochBlocks: EPOCH_BLOCKS } }, async (cluster) => {
    const newcomer = await startNewcomer(cluster)
    const four = cluster.network.validators.map((validator) => ({ ...validator, power: BigInt(STAKE_OPEN) }))
    const five = inOrder([...four, { ...newcomer, power: BigInt(STAKE_OPEN) }])
    await newcomer.create(STAKE_OPEN)
    await checkChange(cluster, 'ValidatorCreated', four, five)
    await until('vote of the newcomer', DEADLINE_MS, () => hasVoted(newcomer.node))
    console.log(`the newcomer votes: ${await newcomer.node.metric('openledger_agreement_votes_cast_total')} so far`)

    const leaver = cluster.network.devKeys!.validators[LEAVER]!
    const [account, rpc] = [toHex(leaver.operatorKey), cluster.nodes[0]!.url]
    await openledger('validator', 'undelegate', toHex(leaver.operator), 'all', '--account', account, '--rpc', rpc)
    const rest = five.filter(({ operator }) => !equal(operator, leaver.operator))
    await checkChange(cluster, 'Undelegated', five, rest)
    await until('node that votes no more', DEADLINE_MS, async () => !(await isValidator(cluster.nodes[LEAVER]!)))
    await checkQuorumNeeds(cluster, newcomer)
  })

/** The set of the epoch in which the event stands is `before`, and that of the next is `after`. */
async function checkChange(
  { nodes, network }: Cluster,
  eventName: 'ValidatorCreated' | 'Undelegated',
  before: ValidatorSet,
  after: ValidatorSet,
): Promise<void> {
  const client = createPublicClient({ transport: http(nodes[0]!.url) })
  const [event] = await client.getContractEvents({ ...STAKING, eventName, fromBlock: 1n, toBlock: 'latest' })
  const height = Number(event!.blockNumber)
  const epoch = Math.floor((height - 1) / EPOCH_BLOCKS)
  const sealing = (epoch + 1) * EPOCH_BLOCKS
  await reachHeight(nodes, sealing + 1, DEADLINE_MS)
  const chain = { chainId: network.params.chainId, genesisHash: network.genesisHash }
  const hashOf = (number: number) =>
    client.readContract({ ...STAKING, functionName: 'setHashOf', args: [BigInt(number)] })
  assert.equal(await hashOf(epoch), toHex(setHash(chain, before)), `the set of epoch ${epoch}`)
  assert.equal(await hashOf(epoch + 1), toHex(setHash(chain, after)), `the set of epoch ${epoch + 1}`)
  for (const node of nodes)
    assert.equal(
      await node.metric('openledger_agreement_validators'),
      after.length,
      `the set's size on node ${node.index}`,
    )
  console.log(
    `${eventName} in block ${height} of epoch ${epoch}: ${before.length} validators up to the sealing block ${sealing}, then ${after.length}`,
  )
}

/** Of four equal powers three must vote: without one of the old ones, no block is final without the newcomer. */
async function checkQuorumNeeds({ nodes }: Cluster, newcomer: Newcomer): Promise<void> {
  const [stopped, ...others] = nodes.filter((_, index) => index !== LEAVER)
  await stopped!.kill()
  const height = Math.max(...(await heightsOf(others)))
  await reachHeight(others, height + BLOCKS_BY_QUORUM, DEADLINE_MS)
  console.log(`${BLOCKS_BY_QUORUM} blocks by a quorum of which the newcomer (node ${newcomer.node.index}) is needed`)
  await stopped!.start()
  await reachHeight(nodes, Math.max(...(await heightsOf(others))), DEADLINE_MS)
}

const inOrder = (set: ValidatorSet): ValidatorSet => [...set].sort((a, b) => compare(a.operator, b.operator))

const isValidator = async (node: ClusterNode) => (await node.metric('openledger_agreement_is_validator')) === 1

const hasVoted = async (node: ClusterNode) =>
  (await isValidator(node)) && (await node.metric('openledger_agreement_votes_cast_total')) > 0
