/**
 * Asks a node for the proof of one row's score in one job, and lets the chain check it; viem is all it needs.
 *
 *   npm install viem
 *   node verifyRowProof.mjs http://127.0.0.1:8545 JOB ROW
 *
 * ROW is a place in the model version's index, from 0, or DATANET:ROW, as contributors know their rows.
 */
import { BaseError, ContractFunctionRevertedError, createPublicClient, http, parseAbi } from 'viem'

const [url = 'http://127.0.0.1:8545', jobId = '1', row = '0'] = process.argv.slice(2)
const client = createPublicClient({ transport: http(url) })

const attribution = {
  address: '0x0000000000000000000000000000000000000a04',
  abi: parseAbi([
    'function verifyRow(uint256 jobId, bytes result, bytes proof) view returns (int64 score)',
    'error NotSettled(uint256 jobId)',
    'error RootMismatch(bytes32 expected, bytes32 got)',
    'error BadResult(string code, string expected, string got)',
    'error BadProof(string code, string expected, string got)',
  ]),
}
const verify = (result, proof) =>
  client.readContract({ ...attribution, functionName: 'verifyRow', args: [BigInt(jobId), result, proof] })

const [datanetId, rowId] = row.split(':')
const place = rowId === undefined ? row : { datanetId, rowId }
const told = await client.request({ method: 'openledger_getRowProof', params: [jobId, place] })
const score = await verify(told.result, told.proof)
console.log(`row ${told.row} (row ${told.rowId} of Datanet ${told.datanetId}) in job ${jobId}: verified score ${score}`)
console.log(told.isPaid ? `paid ${told.rewardWei} wei` : 'not paid')
if (score !== BigInt(told.score)) throw new Error(`the node said ${told.score}`)

// The same proof with one bit flipped convinces nobody.
const last = told.proof.at(-1)
const flipped = `${told.proof.slice(0, -1)}${(Number.parseInt(last, 16) ^ 1).toString(16)}`
try {
  await verify(told.result, flipped)
  throw new Error('a changed proof was accepted')
} catch (error) {
  const revert = error instanceof BaseError && error.walk((one) => one instanceof ContractFunctionRevertedError)
  if (!revert) throw error
  console.log(`one bit flipped: ${revert.data.errorName}(${revert.data.args[0]})`)
}
