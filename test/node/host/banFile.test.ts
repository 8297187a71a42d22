/** Bans over a restart: what comes back, for how long, and what garbage in the file costs. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openBanFile } from '../../../node/host/banFile.ts'
import { BAN_MS } from '../../../p2p/limits.ts'
import { createStandings } from '../../../p2p/peers/standing.ts'
import { inFolder } from '../inFolder.ts'

const peer = (n: number) => `12D3KooW${`${n}`.padStart(44, 'z').replaceAll('0', 'x')}`
const [A, B] = [peer(2), peer(3)]

/** A file with a wall clock that is turned by hand, and pauses that are ended by hand. */
function openIn(folder: string, wallMs = 0) {
  const clock = { wallMs }
  const pauses: (() => void)[] = []
  const warnings: string[] = []
  const file = openBanFile(folder, {
    wallMs: () => clock.wallMs,
    after(_, run) {
      pauses.push(run)
      return () => void pauses.splice(pauses.indexOf(run), 1)
    },
    warn: (line) => void warnings.push(line),
  })
  return { file, pauses, warnings, standings: createStandings(() => clock.wallMs, file) }
}
const peersIn = (folder: string, wallMs = 0) => openIn(folder, wallMs).file.bans.map((ban) => ban.peer)

test('ban file: bans come back with what is left of them, and not after their end', () =>
  inFolder((folder) => {
    const { standings, file } = openIn(folder)
    standings.ban(A, 'a forged certificate')
    for (let i = 0; i < 2; i++) standings.charge(B, 'malformed')
    file.close()
    const again = openIn(folder, 5 * 60_000).standings
    assert.equal(again.bans(), [
      { peer: A, reason: 'a forged certificate', leftMs: 55 * 60_000 },
      { peer: B, reason: 'malformed', leftMs: 5 * 60_000 },
    ])
    assert.equal(peersIn(folder, 11 * 60_000), [A])
    assert.equal(peersIn(folder, BAN_MS), [])
  }))

test('ban file: a crash loses the bans of a second at most, and a crowd is written once in that time', () =>
  inFolder((folder) => {
    const { standings, pauses } = openIn(folder)
    standings.ban(A, 'first')
    assert.equal(peersIn(folder), [A])
    for (let n = 10; n < 20; n++) standings.ban(peer(n), 'later')
    assert.equal(peersIn(folder), [A])
    assert.is(pauses.length, 1)
    pauses.shift()!()
    assert.is(peersIn(folder).length, 11)
  }))

test('ban file: the newest thousand are kept, whatever reasons peers cause', () =>
  inFolder((folder) => {
    const { standings, file } = openIn(folder)
    for (let n = 0; n < 1_100; n++) standings.ban(peer(n), '\u0001'.repeat(9_000))
    file.close()
    const kept = peersIn(folder)
    assert.is(kept.length, 1_000)
    assert.is(kept.at(-1), peer(1_099))
  }))

test('ban file: a wall clock that was set back makes no ban longer', () =>
  inFolder((folder) => {
    const { standings, file } = openIn(folder, 10 * BAN_MS)
    standings.ban(A, 'x')
    file.close()
    assert.is(openIn(folder, 0).file.bans[0]?.leftMs, BAN_MS)
  }))

const GARBAGE: readonly string[] = [
  '',
  '{',
  'null',
  '[]',
  '{"bans":1}',
  '{"bans":[null]}',
  '{"bans":[{"peer":"x","reason":"","until":"2026-01-01"}]}',
  `{"bans":[{"peer":"${A}","reason":1,"until":"2026-01-01"}]}`,
  `{"bans":[{"peer":"${A}","reason":"","until":"tomorrow"}]}`,
  ' '.repeat(3_000_000),
]

test('ban file: garbage is named and set aside, and the next bans are kept', () => {
  for (const text of GARBAGE)
    inFolder((folder) => {
      const path = join(folder, 'bans.json')
      writeFileSync(path, text)
      const { standings, file, warnings } = openIn(folder)
      assert.match(warnings[0] ?? '', /bans of the last run are forgotten: .*bans\.json\.broken/)
      assert.is(readFileSync(`${path}.broken`, 'utf8'), text)
      assert.not.ok(existsSync(path))
      standings.ban(B, 'x')
      file.close()
      assert.equal(peersIn(folder), [B])
    })
})

test('ban file: a disk that takes nothing costs the memory of bans, not the node', () =>
  inFolder((folder) => {
    const { standings, file, warnings } = openIn(folder)
    mkdirSync(join(folder, 'bans.json.new'))
    standings.ban(A, 'x')
    file.close()
    assert.match(warnings[0] ?? '', /cannot be written/)
    assert.is(standings.banOf(A)?.reason, 'x')
  }))

test.run()
