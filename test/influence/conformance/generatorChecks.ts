/** Checks T1 and T4 of influence.md §13 as the vectors state them: the operator table, and the product through the kernels. */
import type { ComputeBackend } from '../../../influence/backends/kernels.ts'
import { PRODUCT_COLUMNS, PRODUCT_ROWS, productCodes } from '../../../influence/backends/selfTest.ts'
import { memoryCodes } from '../../../influence/codeSource.ts'
import { OPERATOR_VALUES, type OperatorTable, operatorsOf, pairsOf } from './operatorOracle.ts'
import type { Tally } from './tally.ts'
import { sha256Of } from './vectorCases.ts'

export interface GeneratorVectors {
  readonly T1: Partial<OperatorTable> & {
    readonly start: number
    readonly inputsSha256?: string
    readonly outputsSha256: string
    readonly firstPairsAfterTable?: readonly (readonly string[])[]
    readonly exampleRows?: readonly { readonly a: string; readonly b: string; readonly out: readonly string[] }[]
  }
  readonly T4: {
    readonly start: number
    readonly rows?: number
    readonly columns?: number
    readonly inputSha256?: string
    readonly firstCodes?: readonly number[]
    readonly corner?: readonly (readonly number[])[]
    readonly productSha256: string
  }
}

const hexWord = (word: number): string => word.toString(16).padStart(8, '0')

/** `limits.json` spells both out, `selftest.json` only names what a device must give. */
export async function checkGenerators(
  tally: Tally,
  place: string,
  { T1, T4 }: GeneratorVectors,
  backend: ComputeBackend,
): Promise<void> {
  checkOperators(tally, place, T1)
  tally.check(`${place}, T4, shape`, [T4.rows ?? PRODUCT_ROWS, T4.columns ?? PRODUCT_COLUMNS], [512, 2048])
  const codes = productCodes(T4.start)
  if (T4.inputSha256) tally.check(`${place}, T4, codes`, T4.inputSha256, sha256Of(codes))
  if (T4.firstCodes)
    tally.checkList(`${place}, T4, first codes`, T4.firstCodes, [...codes.slice(0, T4.firstCodes.length)])
  const product = await productOf(backend, codes)
  for (const [i, row] of (T4.corner ?? []).entries())
    tally.checkList(`${place}, T4, row ${i} of the corner`, row, [...product.slice(512 * i, 512 * i + row.length)])
  tally.check(`${place}, T4, product`, T4.productSha256, sha256Of(product))
}

async function productOf(backend: ComputeBackend, codes: Int8Array): Promise<Int32Array> {
  const shape = { rowCount: PRODUCT_ROWS, rowBytes: PRODUCT_COLUMNS, offsets: [0], paddedDims: [PRODUCT_COLUMNS] }
  const source = memoryCodes(codes, PRODUCT_ROWS, PRODUCT_COLUMNS)
  const kernels = await backend.openKernels({ ...shape, codes: source })
  const product = await kernels.dotRows(codes, PRODUCT_ROWS)
  kernels.close()
  return product
}

function checkOperators(tally: Tally, place: string, T1: GeneratorVectors['T1']): void {
  const values = T1.values ?? OPERATOR_VALUES
  const pairs = pairsOf({ pairs: T1.pairs ?? 65_536, start: T1.start, values })
  if (T1.inputsSha256) tally.check(`${place}, T1, pairs`, T1.inputsSha256, sha256Of(pairs))
  for (const [i, pair] of (T1.firstPairsAfterTable ?? []).entries()) {
    const at = 2 * (values.length ** 2 + i)
    tally.checkList(`${place}, T1, pair ${i} after the table`, pair, [...pairs.slice(at, at + 2)].map(hexWord))
  }
  for (const { a, b, out } of T1.exampleRows ?? []) {
    const own = operatorsOf(Number.parseInt(a, 16), Number.parseInt(b, 16))
    tally.checkList(`${place}, T1, operators of ${a} and ${b}`, out, [...own].map(hexWord))
  }
  const outputs = new Uint32Array(12 * pairs.length)
  for (let i = 0; i < pairs.length; i += 2) outputs.set(operatorsOf(pairs[i]!, pairs[i + 1]!), 12 * i)
  tally.check(`${place}, T1, outputs`, T1.outputsSha256, sha256Of(outputs))
}
