/** The log: levels, parts and facts as JSON, and the same line as people read it. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { logText } from '../../../node/cli/logText.ts'
import { createLog, linesOf } from '../../../node/log.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of a terminal
const plain = (text: string) => text.replace(/\u001b\[\d+m/g, '')

test('log: a line is one JSON object with level, time and part; lower levels are left out', () => {
  const lines: string[] = []
  const log = createLog('info', (line) => lines.push(line))
  linesOf(log, 'peers')('2 peers')
  linesOf(log, 'peers', 'debug')('a frame')
  log.child({ part: 'blocks' }).warn({ height: 7 }, 'slow')
  assert.is(lines.length, 2)
  const [first, second] = lines.map((line) => JSON.parse(line))
  assert.match(first.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  assert.equal({ ...first, time: '' }, { level: 'info', time: '', part: 'peers', message: '2 peers' })
  assert.equal([second.level, second.height], ['warn', 7])
})

test('log text: time, label, level, part, message and facts; a line of another program stays as it is', () => {
  const json = '{"level":"warn","time":"2026-01-02T03:04:05.678Z","part":"blocks","message":"slow","height":7}'
  assert.is(plain(logText(json, '[1] ')), '03:04:05 [1] warn blocks: slow height=7')
  assert.is(plain(logText('{"level":"info","time":"2026-01-02T03:04:05.678Z","message":"x"}')), '03:04:05 x')
  assert.is(plain(logText('Segmentation fault', '[2] ')), '[2] Segmentation fault')
  assert.is(plain(logText('7')), '7')
})

test.run()
