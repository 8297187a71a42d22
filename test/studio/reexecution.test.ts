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
  base: '7d823410d997a9701f40d0f2280a08b3dc5bd02bed8102336ee04f7d06e9f6c7',
  fiveSteps: '6b5b271cede0ffdaaf92482751356f14a7af8541b2b40d1081d4a8e2ff5bea90',
  thousandRows: '2d946e55d48715c688e49a694603b94395518603ffa52ac2d0b09d9f6c1b2c3c',
  answers: '828d08ccb596baf4f1f5b8562dfe9acc0445c10f61944dc4c1c975bab99f3265',
  query: '739cc7fc6b2738772a8ba5b03c62d44ae6e2cc1186cf2a3670ef8adc6753c9a6',
}

test('re-execution: five training steps, a thousand row gradients, answers and a query have the committed hashes', async () => {
  assert.equal(await reexecute(), EXPECTED)
})

test('re-execution: another process gives the same bytes', async () => {
  const program = fileURLToPath(new URL('./reexecution.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', program])
  assert.equal(JSON.parse(stdout), EXPECTED)
})

test.run()
