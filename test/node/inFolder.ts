/** A folder for the length of one test. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export async function inFolder(run: (folder: string) => unknown): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'openledger-test-'))
  try {
    await run(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
