/**
 * The operands of `dotRows.as`: vectors of all queries, widened to i16. One query's stay in their order; a batch's stand
 * eight queries together, for each pair of columns the pair of each query. A task is one query.
 */
import { codesAddress, operandAddress, queryCount, rowBytes } from './job'

// @ts-ignore: decorator
@inline
function spread(query: usize, isWide: bool): void {
  const bytes = rowBytes()
  const width: usize = isWide ? 2 : 1
  let from = codesAddress() + width * query * bytes
  const isOne = queryCount() == 1
  let to = operandAddress() + (isOne ? 0 : 16 * bytes * (query >> 3) + 4 * (query & 7))
  const step: usize = isOne ? 4 : 32
  const end = from + width * bytes
  while (from < end) {
    const first: i32 = isWide ? load<i16>(from) : load<i8>(from)
    const second: i32 = isWide ? load<i16>(from, 2) : load<i8>(from, 1)
    store<i32>(to, (first & 0xffff) | (second << 16))
    from += 2 * width
    to += step
  }
}

/** Of the query's codes. */
export function spreadCodes(task: usize, lane: usize): void {
  spread(task, false)
}

/** Of H. */
export function spreadDirections(task: usize, lane: usize): void {
  spread(task, true)
}
