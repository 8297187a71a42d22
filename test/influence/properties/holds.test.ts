/** Property runs: a failure names its seed and the command that replays it, and the command does. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { holds } from './holds.ts'

const isSmall = fc.asyncProperty(fc.nat(), async (value) => value < 1000)

const messageOf = (name: string): Promise<string> =>
  holds(name, isSmall, 100).then(
    () => 'held',
    (error: Error) => error.message,
  )

test('properties: a failure prints the command that finds the same counterexample again', async () => {
  const message = await messageOf('small')
  assert.match(
    message,
    /^small does not hold; again: PROPERTY='small' PROPERTY_SEED=-?\d+ PROPERTY_PATH='[\d:]+' node /,
  )
  const [, seed, path] = /PROPERTY_SEED=(\S+) PROPERTY_PATH='(\S+)'/.exec(message)!
  Object.assign(process.env, { PROPERTY: 'small', PROPERTY_SEED: seed, PROPERTY_PATH: path })
  try {
    const again = await messageOf('small')
    assert.match(again, 'Property failed after 1 tests')
    assert.match(again, 'Counterexample: [1000]')
  } finally {
    for (const name of ['PROPERTY', 'PROPERTY_SEED', 'PROPERTY_PATH']) delete process.env[name]
  }
})

test('properties: what holds says nothing', async () => {
  assert.is(
    await messageOf('nothing').then(() =>
      holds(
        'nat',
        fc.asyncProperty(fc.nat(), async (x) => x >= 0),
        50,
      ),
    ),
    undefined,
  )
})

test.run()
