/** Every command with bad input: exit status, and a message that names what was wrong and what to do. */
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { runCommand } from '../runCommand.ts'
import { startCommandRunner } from './commandRunner.ts'

const folder = mkdtempSync(join(tmpdir(), 'openledger-commands-'))
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const DEVNET = 'genesis/networks/devnet.json'
/** Nothing listens on the discard port. */
const NO_NODE = 'http://127.0.0.1:9'

const environment = { OPENLEDGER_KEYS: join(folder, 'keys') }
const run = (args: readonly string[]) => runCommand(args, environment)

const badRows = file('bad.jsonl', '{"input":"a","output":"b"}\n{"input":1}\nnot json\n')
const goodRows = file('good.jsonl', '{"input":"a","output":"b"}\n')
const password = file('password', 'correct horse')

type Refusal = readonly [args: readonly string[], wanted: RegExp]

/** Each in a process of its own, which must end by itself: before a command is found, in it, and on the way of a node's start. */
const ENDING: readonly Refusal[] = [
  [['nonsense'], /unknown command 'nonsense'/],
  [
    ['run', '--network', DEVNET, '--data', folder, '--dev-validator', '7'],
    /publishes 1 validators' keys, not of no\. 7/,
  ],
  [
    ['run', '--network', DEVNET, '--data', join(folder, 'node'), '--port', '0', '--p2p-port', '0', '--bootstrap', 'x'],
    /expected \/ip4\/…\/tcp\/…\/p2p\/12D3KooW…, got "x"/,
  ],
  [['devnet', '--data', join(badRows, 'x')], /bad\.jsonl/],
  [['demo', '--data', badRows], /line 1: expected a string "contributor"[\s\S]*line 3: not JSON/],
  [['claim', '--rpc', NO_NODE], /no openledger node answers/],
  [['keys', 'new', 'ann'], /there is no terminal to ask for a password; give --password-file/],
]

const REFUSED: readonly Refusal[] = [
  [['devnet', '--port', 'x'], /expected a whole number from 0 to 65535/],
  [['devnet', '--port', '70000'], /expected a whole number from 0 to 65535/],
  [['devnet', '--block-time', '0'], /expected seconds above 0/],
  [['devnet', '--influence', 'abacus'], /Allowed choices are auto, gpu, wasm, js/],
  [['devnet', '--validators', '2', '--automine'], /--automine is for one validator/],
  [['devnet', '--validators', '2', '--block-time', '0.5'], /--block-time is at least 1 with several validators/],
  [['devnet', '--epoch-blocks', '9'], /--epoch-blocks is for several validators/],
  [['demo', '--seed', '-1'], /expected a whole number from 0/],
  [['demo', '--data', join(folder, 'none.jsonl')], /cannot read .*none\.jsonl/],
  [['demo', '--report', join(folder, 'none', 'report.html')], /cannot write the report: .*\n--report chooses another/],
  [['datanet', 'create', 'x', '--curation', 'nobody'], /expected --curation open or owner, got "nobody"/],
  [['datanet', 'create'], /missing required argument 'name'/],
  [['datanet', 'add', 'one', goodRows], /expected the number of a Datanet, got "one"/],
  [['datanet', 'add', '1', badRows], /line 2: expected a string "input", got 1[\s\S]*line 3: not JSON/],
  [['datanet', 'add', '1', goodRows, '--rpc', NO_NODE], /no openledger node answers at .*\n.*openledger devnet/],
  [['datanet', 'list', '--rpc', 'nowhere'], /no openledger node answers at nowhere/],
  [['datanet', 'publish', '0'], /expected the number of a Datanet, got "0"/],
  [['train', 'x'], /expected the number of a Datanet/],
  [['train', '1', '--steps', '0'], /datainf needs a trained adapter/],
  [['train', '1', '--steps=-1'], /expected a whole number from 0/],
  [['train', '1', '--method', 'guess'], /Allowed choices are datainf, span, rag/],
  [['train', '1', '--method', 'rag', '--external'], /served elsewhere cannot be attributed by rag/],
  [['serve', '-2'], /unknown option '-2'|expected the number of a model/],
  [['ask', '1', 'why?', '--account', 'nobody'], /no account "nobody": expected a devnet number/],
  [['ask', '1', 'why?', '--max-output', '99999'], /expected a whole number from 1 to/],
  [['explain', '1e3'], /expected the number of a job, got "1e3"/],
  [['influence', 'prove', 'one', '1'], /expected the number of a job, got "one"/],
  [['influence', 'prove', '1', 'x'], /expected a row of the index, from 0, or DATANET:ROW, got "x"/],
  [['influence', 'prove', '1', '1', '--rpc', NO_NODE], /no openledger node answers/],
  [['influence', 'verify', join(folder, 'none.json')], /cannot read .*none\.json/],
  [['influence', 'verify', badRows], /bad\.jsonl is no row proof: not JSON/],
  [['influence', 'fetch', 'one', '--out', 'x'], /expected the number of a model, got "one"/],
  [['influence', 'inspect', join(folder, 'none')], /there is no such file/],
  [
    ['init', '--data', folder, '--operator', '0x12', '--password-file', password],
    /operator: expected an address of 20/,
  ],
  [['network', 'show', goodRows], /good\.jsonl: .*expected/],
  [['network', 'prove', join(folder, 'none.json'), '--data', folder], /cannot read .*none\.json/],
  [['claim', '--account', '5000'], /expected a devnet account from 0 to 999/],
  [['validator', 'create', '--data', folder], /required option '--stake <open>'/],
  [['validator', 'status', '--rpc', NO_NODE], /no openledger node answers/],
  [['evidence', 'submit', badRows], /bad\.jsonl is no evidence: not JSON/],
  [['keys', 'import', 'ann', goodRows, '--password-file', password], /expected 0x and 64 hex digits/],
  [['keys', 'export', 'ann', '--password-file', password], /ann/],
  [['keys', 'new', '../ann', '--password-file', password], /name/],
]

function checkRefusal([args, wanted]: Refusal, { status, output }: { status: number | null; output: string }): void {
  assert.match(output, wanted, `openledger ${args.join(' ')}: ${output}`)
  assert.not.match(output, /\n\s+at .*\.ts:/, args.join(' '))
  assert.ok(status !== 0 && status !== null, `openledger ${args.join(' ')} ended with ${status}`)
}

test('commands: bad input has a status and a message, never a stack', async () => {
  const commands = startCommandRunner(environment)
  try {
    for (const refusal of REFUSED) {
      const { status, output, errors } = await commands.run(refusal[0])
      checkRefusal(refusal, { status, output: output + errors })
    }
  } finally {
    await commands.close()
  }
})

test('commands: a command that refuses ends, whatever it had begun', async () => {
  for (const refusal of ENDING) checkRefusal(refusal, await run(refusal[0]))
})

test('commands: a devnet on a taken port ends at once, and says so', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const { status, output } = await run(['devnet', '--port', `${port}`, '--influence', 'js'])
  other.close()
  assert.match(output, /the port is in use\n.*--port chooses another/)
  assert.is(status, 1)
})

test('commands: help names every command and every option has words', async () => {
  const { status, output } = await run(['--help'])
  assert.is(status, 0)
  for (const name of [
    'devnet',
    'demo',
    'datanet',
    'train',
    'serve',
    'ask',
    'explain',
    'claim',
    'influence',
    'validator',
    'evidence',
    'keys',
  ])
    assert.match(output, new RegExp(`\\n  ${name} .*\\S`))
})

test('commands: a key is made, listed and exported, and is a file of ciphertext', async () => {
  const commands = startCommandRunner(environment)
  try {
    assert.is((await commands.run(['keys', 'new', 'bo', '--password-file', password])).status, 0)
    assert.match((await commands.run(['keys', 'list'])).output, /bo +0x[0-9a-f]{40}/)
    const exported = await commands.run(['keys', 'export', 'bo', '--password-file', password])
    assert.match(exported.output, /^0x[0-9a-f]{64}\n$/)
  } finally {
    await commands.close()
  }
})

test.after(() => rmSync(folder, { recursive: true, force: true }))
test.run()
