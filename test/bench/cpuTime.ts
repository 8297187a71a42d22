/** Processor time of this process, all its threads: others on the machine do not lengthen it. */

export function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}
