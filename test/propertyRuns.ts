/** How many random cases a property gets: the number of a commit, times `PROPERTY_RUNS` in a long campaign. */

const FACTOR = Number(process.env['PROPERTY_RUNS'] ?? 1)

export const propertyRuns = (count: number): number => Math.ceil(count * FACTOR)
