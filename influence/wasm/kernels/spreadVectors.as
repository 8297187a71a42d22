/**
 * The operands of `dotRows.as`: vectors of all queries, widened to i16. One query's stay in their order; a batch's stand
 * sixteen queries together, the last eight if no more are left, for each pair of columns the pair of each query. A task is
 * one query.
 */
import { codesAddress, operandAddress, queryCount, rowBytes } from './job'

// @ts-ignore: decorator
@inline
function spread(query: usize, isWide: bool): void {
  const bytes = rowBytes()
  const width: usize = isWide ? 2 : 1
  let from = codesAddress() + width * query * bytes
  const first = query & ~15
  const together = min(16, queryCount() - first)
  let to = operandAddress() + 2 * bytes * first + 4 * (query - first)
  const step = 4 * together
  const end = from + width * bytes
  while (from < end) {
    const even: i32 = isWide ? load<i16>(from) : load<i8>(from)
    const odd: i32 = isWide ? load<i16>(from, 2) : load<i8>(from, 1)
    store<i32>(to, (even & 0xffff) | (odd << 16))
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
