/** The kernels that lanes run: each takes its task's number and its lane's; the rest stands in the job's fields. */
export { dotRowsMany, dotRowsOne, dotRowsWideMany, dotRowsWideOne } from './dotRows'
export { guardNorms, guardRows } from './guardRows'
export { mixRowsMany, mixRowsOne } from './mixRows'
