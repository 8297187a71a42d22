/** `npm run bench -- steps`: inputs a second through the pure core, beside a keccak of 1 KiB. */
import { quantile } from '../consensus/heads.ts'
import { measureKeccak } from '../keccak.ts'
import { printLine, printRows } from '../printRows.ts'
import { measureSteps } from './coreSteps.ts'

const SETS = [1, 4, 7, 31, 100]
const ROUNDS = 9

const sets = SETS.map((n) => ({ n, inputsPerS: [] as number[], keccaks: [] as number[] }))
// The first round compiles, and is left out.
for (let round = 0; round <= ROUNDS; round++)
  for (const { n, inputsPerS, keccaks } of sets) {
    const figures = measureSteps(n)
    const keccakMs = measureKeccak()
    if (round === 0) continue
    inputsPerS.push(figures.inputsPerS)
    keccaks.push(1_000 / figures.inputsPerS / keccakMs)
  }
const rows = sets.map(({ n, inputsPerS, keccaks }) => {
  const median = quantile(inputsPerS, 0.5)!
  const least = Math.min(...inputsPerS)
  const most = Math.max(...inputsPerS)
  return {
    n,
    inputsPerS: Math.round(median),
    spread: (most - least) / median,
    microsPerInput: 1e6 / median,
    keccaksPerInput: quantile(keccaks, 0.5)!,
  }
})
printRows(rows)
printLine({ bench: 'steps', rounds: ROUNDS, rows })
