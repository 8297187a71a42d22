/** Runs test files one after another in this process, which loads and warms up once for all: `together.ts FILE…`. */
import { resolve } from 'node:path'
import { run } from 'uvu/run'

await run(process.argv.slice(2).map((file) => ({ name: file, file: resolve(file) })))
