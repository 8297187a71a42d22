/** The `openledger` command: parses arguments and loads only the code that the chosen command needs. */
import { enableCompileCache } from 'node:module'
import { Command, InvalidArgumentError, Option } from 'commander'
import { BACKEND_CHOICES } from '../influence/backends/backendChoice.ts'
import { fail } from './cli/terminal.ts'
import { addStakingCommands } from './commands/staking/program.ts'
import { LOG_LEVELS } from './logLevel.ts'

// A second start reads compiled modules instead of compiling them: a devnet answers a third sooner. Its child processes too.
const { directory } = enableCompileCache()
if (directory !== undefined) process.env['NODE_COMPILE_CACHE'] ??= directory

const DEFAULT_RPC = 'http://127.0.0.1:8545'

const integer =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`expected a whole number from ${min} to ${max}.`)
    return value
  }

const decimalSeconds = (text: string): number => {
  const value = Number(text)
  if (!Number.isFinite(value) || value <= 0 || value > 3600)
    throw new InvalidArgumentError('expected seconds above 0, at most 3600.')
  return value
}

/** `256x8,64` → eight blocks of 256 coordinates and one of 64. */
const blockDims = (text: string): number[] => {
  const parts = text.split(',').map((part) => /^([1-9]\d{0,5})(?:x([1-9]\d{0,3}))?$/.exec(part))
  const dims = parts.flatMap((part) => (part === null ? [] : Array<number>(Number(part[2] ?? 1)).fill(Number(part[1]))))
  if (parts.includes(null))
    throw new InvalidArgumentError('expected coordinates of blocks, each from 1 to 131072, like 256x8 or 2048,64.')
  return dims
}

const backendList = (text: string): string[] => {
  const names = text.split(',')
  const wrong = names.find((name) => !(BACKEND_CHOICES as readonly string[]).includes(name))
  if (wrong !== undefined) throw new InvalidArgumentError(`Allowed choices are ${BACKEND_CHOICES.join(', ')}.`)
  return names
}

const rpcOption = () => new Option('--rpc <url>', 'node to talk to').default(DEFAULT_RPC).env('OPENLEDGER_RPC')
const accountOption = () =>
  new Option('--account <who>', 'devnet account number, name of a stored key, or 0x private key')
    .default('0')
    .env('OPENLEDGER_ACCOUNT')
const whereComputed = (flags: string) =>
  new Option(flags, 'where influence is computed; auto takes the first that works of gpu, wasm, js')
    .choices(BACKEND_CHOICES)
    .default('auto')
const backendOption = () => whereComputed('--influence <backend>')
/** As `backendOption`, for commands that are about influence and nothing else. */
const deviceOption = () => whereComputed('--backend <backend>')
const namedBackendOption = (words: string) =>
  new Option('--backend <backend>', words)
    .choices(['all', ...BACKEND_CHOICES.filter((name) => name !== 'auto')])
    .default('all')

const logLevelOption = () =>
  new Option('--log-level <level>', 'least level of the lines that are logged').choices(LOG_LEVELS).default('info')

const program = new Command('openledger')
  .description('An EVM-compatible chain for AI: Datanets, attribution and fee splitting built in.')
  .version('0.1.0')
  .showHelpAfterError('(add --help for the options)')
  .configureHelp({ sortSubcommands: false })

program
  .command('devnet')
  .description('run a chain on this machine, with ten funded accounts: one validator, or several processes')
  .option('--validators <number>', 'validators, each a process of its own above one', integer(1, 100), 1)
  .option('--port <port>', 'JSON-RPC port, HTTP and WebSocket; 0 takes a free one', integer(0, 65_535), 8545)
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--block-time <seconds>', 'seconds between blocks', decimalSeconds, 1)
  .option('--automine', 'make a block as soon as a transaction arrives, and none without')
  .option('--epoch-blocks <number>', 'blocks of an epoch, 3600 by default; with --validators', integer(1, 31_536_000))
  .option('--data <folder>', 'keep the chain here; without it, it is gone at exit')
  .addOption(
    new Option(
      '--influence <backends>',
      'where influence is computed: auto takes the first that works of gpu, wasm, js; with --validators, a list, like gpu,wasm,js',
    )
      .argParser(backendList)
      .default(['auto'], 'auto'),
  )
  .addOption(logLevelOption())
  .option('--silent', 'print nothing but errors')
  .option('--json', 'print one JSON object with the accounts and URLs, then JSON lines')
  .action(async (options) =>
    options.validators === 1
      ? (await import('./commands/devnet.ts')).runDevnet(options)
      : (await import('./commands/network/devnetOfMany.ts')).runDevnetOfMany(options),
  )

program
  .command('run')
  .description('run a node of a network of several, as a validator or as an observer')
  .requiredOption('--network <file>', "the network's file, the same on all its nodes")
  .requiredOption('--data <folder>', 'chain, votes and keys of this node')
  .option('--validator', 'vote, with the key that `openledger init` made in --data')
  .option('--dev-validator <number>', "vote with the published key of one of a devnet's validators", integer(0, 99))
  .option('--password-file <file>', "read the key's password from here instead of asking")
  .option('--bootstrap <multiaddr...>', 'peers to begin with: /ip4/…/tcp/…/p2p/…', [])
  .option('--p2p-host <address>', 'address to listen on for peers', '0.0.0.0')
  .option('--p2p-port <port>', 'port for peers; 0 takes a free one', integer(0, 65_535), 9_151)
  .option('--announce <multiaddr...>', 'where peers reach this node, if it is behind a router', [])
  .option('--peers-max <number>', 'peers besides validators', integer(1, 1_000), 50)
  .option('--host <address>', 'address to listen on for JSON-RPC', '127.0.0.1')
  .option('--port <port>', 'JSON-RPC port, HTTP and WebSocket; 0 takes a free one', integer(0, 65_535), 8_545)
  .addOption(backendOption())
  .option('--forget-votes', 'go on where the log of signed votes is lost: safe for a lone validator only')
  .addOption(logLevelOption())
  .option('--json', 'print one JSON object with the URLs, then JSON lines')
  .action(async (options) => (await import('./commands/network/run.ts')).runNode(options))

program
  .command('demo')
  .description('the whole story in about two minutes: data, training, answers, attribution, pay')
  .option('--seed <number>', 'another seed makes other text and other questions', integer(0, 4_294_967_295), 1)
  .option('--data <file>', 'your own rows: JSON lines {"contributor","input","output"}')
  .option('--report <file>', 'where the HTML report goes', 'demo-report.html')
  .addOption(rpcOption())
  .addOption(backendOption())
  .action(async (options) => (await import('./commands/demo.ts')).runDemoCommand(options))

const datanet = program.command('datanet').description('create Datanets and add rows')
datanet
  .command('create <name>')
  .description('create a Datanet owned by the account')
  .option('--domain <text>', 'what it is about', '')
  .option('--licence <text>', 'licence of the rows', 'CC-BY-4.0')
  .option('--curation <who>', 'open: every row counts; owner: the owner accepts rows', 'open')
  .addOption(accountOption())
  .addOption(rpcOption())
  .action(async (name, options) => (await import('./commands/datanet.ts')).createDatanet(name, options))
datanet
  .command('add <datanet> <file>')
  .description('add rows from JSON lines {"input","output"}; commits first, then reveals')
  .option('--no-commit', 'put rows in the open at once: cheaper, but they can be copied while pending')
  .addOption(accountOption())
  .addOption(rpcOption())
  .action(async (id, file, options) => (await import('./commands/datanet.ts')).addToDatanet(id, file, options))
datanet
  .command('accept <datanet>')
  .description('accept all pending rows of a Datanet that the account owns')
  .addOption(accountOption())
  .addOption(rpcOption())
  .action(async (id, options) => (await import('./commands/datanet.ts')).acceptRows(id, options))
datanet
  .command('publish <datanet>')
  .description('freeze the accepted rows as a new version')
  .addOption(accountOption())
  .addOption(rpcOption())
  .action(async (id, options) => (await import('./commands/datanet.ts')).publishVersion(id, options))
datanet
  .command('withdraw <datanet> <row>')
  .description('take back a row of the account: no later version holds it, and it earns no more')
  .addOption(accountOption())
  .addOption(rpcOption())
  .action(async (id, row, options) => (await import('./commands/datanet.ts')).withdrawRow(id, row, options))
datanet
  .command('list')
  .description('list Datanets with their rows and versions')
  .addOption(rpcOption())
  .action(async (options) => (await import('./commands/datanet.ts')).listDatanets(options))

program
  .command('train <datanet>')
  .description(
    'fine-tune the base on the newest version of a Datanet, register the model version, wait until it serves',
  )
  .option('--model <id>', 'model to train; without it a new one is proposed', integer(1, 2 ** 31))
  .option('--purpose <text>', 'what a new model is for', 'answers in the manner of its Datanet')
  .addOption(
    new Option(
      '--method <name>',
      'datainf: gradients; span: verbatim pieces; rag: retrieved rows that the answer cites',
    )
      .choices(['datainf', 'span', 'rag'])
      .default('datainf'),
  )
  .option('--steps <number>', 'optimizer steps; 0 keeps the bare base (span and rag)', integer(0, 100_000))
  .option('--external', 'the model is served elsewhere (engine 0): span only, nothing is trained')
  .option(
    '--context <tokens>',
    "longest question and answer together, a token a byte; the longest row's by default",
    integer(1, 96),
  )
  .option('--seed <number>', 'training seed', integer(0, 4_294_967_295), 1)
  .addOption(accountOption())
  .addOption(rpcOption())
  .action(async (id, options) => (await import('./commands/train.ts')).train(id, options))

program
  .command('serve <model>')
  .description('answer questions to a model for pay, until Ctrl-C')
  .addOption(accountOption())
  .addOption(rpcOption())
  .action(async (model, options) => (await import('./commands/serve.ts')).serve(model, options))

program
  .command('ask <model> <question>')
  .description('ask a model, pay, and see the answer with the rows that made it')
  .option('--max-output <tokens>', 'longest answer, tokens', integer(1, 4096), 64)
  .addOption(accountOption())
  .addOption(rpcOption())
  .action(async (model, question, options) => (await import('./commands/ask.ts')).ask(model, question, options))

program
  .command('explain <job>')
  .description("why an account's rows were paid, underpaid or not paid by one job")
  .addOption(accountOption())
  .addOption(rpcOption())
  .action(async (job, options) => (await import('./commands/explain.ts')).explain(job, options))

program
  .command('claim')
  .description("pay out what the account's identity has earned")
  .option('--to <address>', 'where to; the account itself by default')
  .addOption(accountOption())
  .addOption(rpcOption())
  .action(async (options) => (await import('./commands/claim.ts')).claim(options))

const influence = program
  .command('influence')
  .description('test and measure devices, fetch and inspect indexes, prove and verify scores of rows')
influence
  .command('selftest')
  .description(
    'show the devices of this machine, and whether they compute every bit right; exit status 1 if one does not',
  )
  .addOption(namedBackendOption('test this back end only; one that is missing then fails'))
  .option('--software', 'allow a software GPU adapter: exact, and slow')
  .option('--json', 'print one JSON object and nothing else')
  .action(async (options) => (await import('./commands/influence/selftest.ts')).selfTest(options))
influence
  .command('bench')
  .description('measure how fast the back ends of this machine score an index of noise, each in its own process')
  .option('--rows <number>', 'rows of the index', integer(1, 2 ** 20), 1000)
  .addOption(
    new Option('--dims <list>', 'coordinates of each block, like 256x8 or 2048,64')
      .argParser(blockDims)
      .default(Array(8).fill(256), '256x8'),
  )
  .option('--queries <number>', 'queries of the batch', integer(1, 1024), 32)
  .option('--repeats <number>', 'runs of which the median is shown', integer(1, 1000), 5)
  .option('--seed <number>', 'another seed makes other noise', integer(0, 4_294_967_295), 1)
  .addOption(namedBackendOption('measure this back end only'))
  .option('--software', 'allow a software GPU adapter: exact, and slow')
  .option('--json', 'print one JSON object and nothing else')
  .action(async (options) => (await import('./commands/influence/bench.ts')).bench(options))
influence
  .command('fetch <model>')
  .description('write the index or corpus of a model to a file; MODEL is a number, or the 0x id of one of its versions')
  .requiredOption('--out <file>', 'where it goes')
  .addOption(rpcOption())
  .action(async (model, options) => (await import('./commands/influence/fetchSource.ts')).fetchSource(model, options))
influence
  .command('inspect <file>')
  .description('show what an index, a text corpus or a result says of itself; with --verify, whether it is true')
  .option('--verify', 'recompute everything in the file, as a validator does')
  .option('--all', 'show every block, row or entry')
  .addOption(deviceOption())
  .option('--software', 'allow a software GPU adapter: exact, and slow')
  .option('--json', 'print one JSON object and nothing else')
  .action(async (file, options) => (await import('./commands/influence/inspect.ts')).inspectFile(file, options))
influence
  .command('prove <job> <row>')
  .description("prove a row's score in a job; ROW is a place in the index, from 0, or DATANET:ROW")
  .option('--out <file>', 'write the proof here, for `influence verify` and for contracts')
  .option('--json', 'print the proof as one JSON object and nothing else')
  .addOption(rpcOption())
  .action(async (job, row, options) => (await import('./commands/influence/rowProof.ts')).proveRow(job, row, options))
influence
  .command('verify <file>')
  .description('verify a proof: the roots are read from the chain, and the chain checks it too')
  .option('--offline', 'without a node: against the roots that the file names')
  .addOption(rpcOption())
  .action(async (file, options) => (await import('./commands/influence/rowProof.ts')).verifyRowFile(file, options))

program
  .command('init')
  .description("make a validator's data folder: its encrypted key, and the public file that a new network needs")
  .requiredOption('--data <folder>', 'where the node will keep its keys and its chain')
  .requiredOption('--operator <address>', 'account that stakes and acts for the validator')
  .option('--fee-recipient <address>', 'where block fees go; the operator by default')
  .option(
    '--commission-bps <bps>',
    "the operator's part of its delegators' rewards, basis points",
    integer(0, 10_000),
    1_000,
  )
  .option('--stake <open>', 'stake at genesis, whole OPEN', integer(1, 1_000_000_000), 1_000_000)
  .option('--funded-by <group>', 'group of the supply that the stake comes out of', 'ecosystem')
  .option('--password-file <file>', 'read the password from here instead of asking')
  .action(async (options) => (await import('./commands/network/init.ts')).initValidator(options))

const network = program.command('network').description('make and prove the file that all nodes of a network share')
network
  .command('create <file>')
  .description("write a new network's file from its validators' public files")
  .requiredOption('--name <name>', 'part of the protocol names: lower-case letters, digits and dashes')
  .requiredOption('--chain-id <id>', 'chain id of transactions', integer(1, 2 ** 53 - 1))
  .requiredOption('--validator <file...>', 'validator.public.json files that `openledger init` wrote')
  .requiredOption('--holder <group=address...>', 'who gets each group of the supply: community, investors, team, …')
  .requiredOption('--governor <address>', 'account that may change parameters and approve models')
  .option('--block-time <seconds>', 'seconds between blocks', decimalSeconds, 1)
  .option('--epoch-blocks <number>', 'blocks between changes of the validator set', integer(1, 31_536_000), 3_600)
  .action(async (file, options) => (await import('./commands/network/network.ts')).createNetwork(file, options))
network
  .command('prove <file>')
  .description("add the proof that this validator holds its key, signed over the network's genesis hash")
  .requiredOption('--data <folder>', 'data folder of the validator')
  .option('--password-file <file>', 'read the password from here instead of asking')
  .action(async (file, options) => (await import('./commands/network/network.ts')).proveNetwork(file, options))
network
  .command('show <file>')
  .description('show the genesis hash, the validators, and whose proof is missing')
  .action(async (file) => (await import('./commands/network/network.ts')).showNetwork(file))

addStakingCommands(program, { account: accountOption, rpc: rpcOption })

const keys = program.command('keys').description('make and keep encrypted account keys')
keys
  .command('new <name>')
  .description('make a key and store it encrypted')
  .option('--password-file <file>', 'read the password from here instead of asking')
  .action(async (name, options) => (await import('./commands/keys.ts')).newKey(name, options))
keys
  .command('list')
  .description('list stored keys')
  .action(async () => (await import('./commands/keys.ts')).listKeys())
keys
  .command('import <name> <file>')
  .description('store a private key from a file (0x and 64 hex digits)')
  .option('--password-file <file>', 'read the password from here instead of asking')
  .action(async (name, file, options) => (await import('./commands/keys.ts')).importKey(name, file, options))
keys
  .command('export <name>')
  .description('print a private key')
  .option('--password-file <file>', 'read the password from here instead of asking')
  .action(async (name, options) => (await import('./commands/keys.ts')).exportKey(name, options))

try {
  await program.parseAsync()
} catch (error) {
  fail((await import('./cli/refusals.ts')).toCommandError(error))
}
