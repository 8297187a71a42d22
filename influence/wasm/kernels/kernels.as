/** The kernels that lanes run: each takes its task's number and its lane's; the rest stands in the job's fields. */
export { correct, joinSums } from './correct'
export { dampen } from './dampen'
export { dotRowsMany, dotRowsOne, dotRowsWideMany, dotRowsWideOne } from './dotRows'
export { guardNorms, guardRows } from './guardRows'
export { hashMessages } from './keccak'
export { mixRowsMany, mixRowsOne } from './mixRows'
export { spreadCodes, spreadDirections } from './spreadVectors'
export { findTops, sumTerms } from './sumTerms'
