/**
 * Serves a model of another engine (engine 0): answers the jobs of a span version with whatever a command prints, and posts
 * what the validators check: the answer, its length in bytes, and the hash of its bytes as tokens. viem is all it needs.
 *
 *   npm install viem
 *   node spanProvider.mjs http://127.0.0.1:8545 PRIVATE_KEY VERSION_ID COMMAND [ARGUMENT …]
 *
 * COMMAND gets the question on its standard input; its standard output is the answer. Ctrl-C stops.
 */
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  bytesToHex,
  concatHex,
  createWalletClient,
  hexToBytes,
  http,
  keccak256,
  numberToHex,
  parseAbi,
  publicActions,
  stringToHex,
  zeroHash,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

const [url, key, versionId, command, ...commandArguments] = process.argv.slice(2)
const account = privateKeyToAccount(key)
const client = createWalletClient({ account, transport: http(url) }).extend(publicActions)
const chain = { id: await client.getChainId(), name: 'OpenLedger', nativeCurrency: { decimals: 18 }, rpcUrls: {} }

const contributors = {
  address: '0x0000000000000000000000000000000000000a07',
  abi: parseAbi(['function idOf(address wallet) view returns (uint64)']),
}
const params = {
  address: '0x0000000000000000000000000000000000000a08',
  abi: parseAbi(['function get(bytes32 name) view returns (uint256)']),
}
const inference = {
  address: '0x0000000000000000000000000000000000000a03',
  abi: parseAbi([
    'struct Request { bytes32 versionId; bytes input; uint32 maxInputTokens; uint32 maxOutputTokens; uint64 provider; uint64 answerBy; address callback; uint32 callbackGas; bytes callbackData; }',
    'event JobRequested(uint256 indexed jobId, bytes32 indexed versionId, address indexed requester, uint256 escrowWei, Request request)',
    'function registerProvider(string endpoint, bytes32[] versions) payable returns (uint64 providerId)',
    'function accept(uint256 jobId)',
    'function respond(uint256 jobId, bytes output, uint32 inputTokens, uint32 outputTokens, bytes32 queryHash)',
  ]),
}

async function send(functionName, args, value = 0n) {
  const hash = await client.writeContract({ ...inference, chain, functionName, args, value })
  const { status } = await client.waitForTransactionReceipt({ hash, pollingInterval: 200 })
  if (status !== 'success') throw new Error(`${functionName} reverted`)
}

/** What the command makes of a question. */
function answerOf(question) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, commandArguments, { stdio: ['pipe', 'pipe', 'inherit'] })
    const parts = []
    child.stdout.on('data', (part) => parts.push(part))
    child.on('error', reject)
    child.on('close', () => resolve(Uint8Array.from(Buffer.concat(parts))))
    child.stdin.end(question)
  })
}

const u32 = (value) => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, true)
  return bytesToHex(bytes)
}

/** keccak256(37 ‖ job ‖ tokenizer ‖ u32 count ‖ u32 tokens …): the tokens are bytes, and no tokenizer is named. */
const outputHash = (jobId, answer) =>
  keccak256(
    concatHex(['0x37', numberToHex(jobId, { size: 32 }), zeroHash, u32(answer.length), ...Array.from(answer, u32)]),
  )

async function serve({ jobId, request }) {
  const question = hexToBytes(request.input)
  // An accepted job that gets no answer costs a share of the bond, and an answer is paid for no more than this.
  if (question.length > request.maxInputTokens) throw new Error('the question is longer than what is paid for')
  await send('accept', [jobId])
  const answer = (await answerOf(question)).slice(0, request.maxOutputTokens)
  await send('respond', [jobId, bytesToHex(answer), question.length, answer.length, outputHash(jobId, answer)])
  console.log(`job ${jobId}: ${answer.length} bytes`)
}

const bondWei = await client.readContract({
  ...params,
  functionName: 'get',
  args: [stringToHex('providerBondWei', { size: 32 })],
})
const known = await client.readContract({ ...contributors, functionName: 'idOf', args: [account.address] })
let next = await client.getBlockNumber()
if (known === 0n) await send('registerProvider', ['', [versionId]], bondWei)
console.log(`serving ${versionId} as ${account.address}`)
for (;;) {
  const head = await client.getBlockNumber({ cacheTime: 0 })
  if (head >= next) {
    const range = { fromBlock: next, toBlock: head, strict: true }
    const asked = await client.getContractEvents({
      ...inference,
      eventName: 'JobRequested',
      args: { versionId },
      ...range,
    })
    next = head + 1n
    for (const { args } of asked) await serve(args).catch((error) => console.log(`job ${args.jobId}: ${error.message}`))
  }
  await sleep(200)
}
