/** What attestation rests on: training, gradients and answers have the same bits in every process and on every machine. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { reexecute } from './reexecution.ts'

/**
 * sha-256, from x86-64. They change only with the engine (studio/hashes.ts names it): a change here means that versions
 * trained before no longer re-execute.
 */
const EXPECTED = {
  base: '3fd062c5bc604b5ef9f8c853dcf1c285d46439bfd6049c0e04eb29cffeaed8a9',
  fiveSteps: 'd5e62c3b351b9fce74f8737bcf17c19508fa081924496a9f10f72bbca50b2f82',
  thousandRows: '6f68853b49889a83b4edb271fab7f8e2acfd7e1632ef202f4c10671fc519c615',
  answers: '3300ad50a085781f5f3b51bd638deea9bbe48caf0b3740c05a798019ed0432a5',
  query: '18d54d7a37f2115aad90ab26d02563f169d55e2703b513bd3d9ca6a1d93891d0',
  embeddings: '2728a8015fb0226e9e6c8e6abe167d1c0c067bc96244f49b6bd2e579a667873a',
}

test('re-execution: five training steps, a thousand row gradients, answers, a query and embeddings have the committed hashes', async () => {
  assert.equal(await reexecute(), EXPECTED)
})

test('re-execution: another process gives the same bytes', async () => {
  const program = fileURLToPath(new URL('./reexecution.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', program])
  assert.equal(JSON.parse(stdout), EXPECTED)
})

test.run()
