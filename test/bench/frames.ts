/** `npm run bench -- frames`: processor time of direct frames between two nodes of this process over loopback, both ways. */
import { parseArgs } from 'node:util'
import { table } from '../../node/cli/table.ts'
import { runProgram, wholeNumber } from '../commandLine.ts'
import { openTestNetwork, until } from '../p2p/openNetworks.ts'

const USAGE = `usage: npm run bench -- frames [--frames 10000] [--bytes 200] [--together 1,4,64]

  --frames    each way, for each line
  --bytes     of a frame: a vote or certificate has up to 170
  --together  frames of one turn: 1 is what votes of many validators are, each on a connection of its own`

/** Compiling and the first windows are not measured. */
const WARM_FRAMES = 2_000

async function measureAll(): Promise<number> {
  const { values } = parseArgs({
    options: {
      frames: { type: 'string', default: '10000' },
      bytes: { type: 'string', default: '200' },
      together: { type: 'string', default: '1,4,64' },
    },
  })
  const frames = wholeNumber('--frames', values.frames, 1)
  const bytes = wholeNumber('--bytes', values.bytes, 1)
  const turns = values.together.split(',').map((one) => wholeNumber('--together', one, 1))
  let expected = 0
  let onAll = () => {}
  const message = () => {
    if (--expected === 0) onAll()
  }
  const a = await openTestNetwork(1, {}, { message })
  const b = await openTestNetwork(2, { bootstrap: [...a.addresses()] }, { message })
  await until('connected', () => a.peers().length === 1 && b.peers().length === 1)
  const frame = new Uint8Array(bytes).fill(7)
  /** Turn by turn: each side sends so many, and the next turn begins when all have arrived. */
  const exchange = async (count: number, together: number) => {
    for (let sent = 0; sent < count; sent += together) {
      expected = 2 * together
      const all = new Promise<void>((resolve) => (onAll = resolve))
      for (let i = 0; i < together; i++) {
        a.send(b.self, frame)
        b.send(a.self, frame)
      }
      await all
    }
  }
  const lines = []
  for (const together of turns) {
    await exchange(WARM_FRAMES, together)
    const cpu = process.cpuUsage()
    const startMs = performance.now()
    await exchange(frames, together)
    const { user, system } = process.cpuUsage(cpu)
    const elapsedS = (performance.now() - startMs) / 1000
    lines.push({
      together,
      /** Sending and receiving. */
      cpuUsPerFrame: (user + system) / (2 * frames),
      systemUsPerFrame: system / (2 * frames),
      framesPerS: (2 * frames) / elapsedS,
    })
  }
  await Promise.all([a.close(), b.close()])
  const columns = Object.keys(lines[0]!).map((title) => ({ title, isRight: true }))
  console.log(
    table(
      columns,
      lines.map((line) => Object.values(line).map((value) => `${Math.round(value)}`)),
    ),
  )
  console.log(JSON.stringify({ bench: 'frames', frames, bytes, lines }))
  return 0
}

await runProgram(USAGE, measureAll)
