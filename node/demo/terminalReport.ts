/** The demo's result as terminal tables. */
import pc from 'picocolors'
import { type Column, formatOpen, percent, table } from '../cli/table.ts'
import { type ContributorResult, type DemoResult, isConserved } from './result.ts'

function contributorRow(c: ContributorResult): string[] {
  return [
    c.name,
    c.kind === 'honest' ? c.task : c.kind,
    `${c.rowsOffered}`,
    `${c.rowsOnChain}`,
    `${c.rowsAccepted}`,
    formatOpen(c.earnedWei),
    formatOpen(c.claimedWei),
    c.ownTaskShare === null ? '–' : percent(c.ownTaskShare),
  ]
}

export function renderTerminalReport(result: DemoResult): string {
  const columns: Column[] = [
    { title: 'contributor' },
    { title: 'task' },
    { title: 'offered', isRight: true },
    { title: 'on chain', isRight: true },
    { title: 'accepted', isRight: true },
    { title: 'earned OPEN', isRight: true },
    { title: 'claimed', isRight: true },
    { title: 'own-task pay', isRight: true },
  ]
  const m = result.money
  const verdict = isConserved(m) ? pc.green('exact, to the wei') : pc.red('BROKEN')
  const scores =
    result.classAuc === null || result.recallAt90 === null
      ? []
      : [`  class AUC ${result.classAuc.toFixed(3)} · recall@90 ${percent(result.recallAt90)}`]
  return [
    table(columns, result.contributors.map(contributorRow)),
    '',
    `  answers right: ${percent(result.accuracyBefore)} before tuning, ${pc.bold(percent(result.accuracyAfter))} after`,
    ...scores,
    ...payLines(result),
    `  fees paid ${formatOpen(m.paid)} = contributors ${formatOpen(m.contributors)} + owner ${formatOpen(m.owner)} + provider ${formatOpen(m.provider)} + stakers ${formatOpen(m.stakers)} + platform ${formatOpen(m.platform)} + dust ${m.dust} wei`,
    `  value in = value out: ${verdict}`,
    `  influence computed on ${result.influenceBackend} · ${result.blocks} blocks`,
    `  time: ${result.phases.map((p) => `${p.name} ${p.seconds.toFixed(1)} s`).join(' · ')}`,
  ].join('\n')
}

/** How well pay found the right rows, and what copying and noise brought, beside their part of the rows. */
function payLines({ contributors }: DemoResult): string[] {
  const shares = contributors.flatMap(({ ownTaskShare }) => (ownTaskShare === null ? [] : [ownTaskShare]))
  const mean = shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length)
  const rows = contributors.reduce((sum, c) => sum + c.rowsAccepted, 0)
  const paid = contributors.reduce((sum, c) => sum + Number(c.earnedWei), 0)
  const others = contributors
    .filter(({ kind }) => kind === 'copier' || kind === 'noise')
    .map(
      (c) => `${c.name} ${percent(Number(c.earnedWei) / paid)} of pay with ${percent(c.rowsAccepted / rows)} of rows`,
    )
  return shares.length === 0 ? [] : [`  own-task pay, mean ${percent(mean)} · ${others.join(' · ')}`]
}
