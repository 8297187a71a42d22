/** Renders a demo's result as one self-contained HTML page: who was paid, by which question, and that nothing was lost. */

import { formatOpen, percent } from '../cli/table.ts'
import { barChart, escapeHtml, heatMap, lineChart } from './charts.ts'
import { type ContributorResult, type DemoResult, isConserved, type JobResult } from './result.ts'

const COLOUR: Record<ContributorResult['kind'], string> = {
  honest: '#3b6fd4',
  'own data': '#3b6fd4',
  copier: '#d9822b',
  noise: '#b23b5a',
}

const STYLE = `
body{font:15px/1.5 system-ui,sans-serif;color:#1c2430;max-width:960px;margin:40px auto;padding:0 24px;background:#fff}
h1{font-size:26px;margin:0 0 4px}h2{font-size:19px;margin:36px 0 8px}p{margin:6px 0 12px;color:#435062}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:12px;margin:20px 0}
.fact{border:1px solid #e4e8ee;border-radius:10px;padding:12px 14px}.fact b{display:block;font-size:19px}
.fact span{color:#6b7686;font-size:13px}table{border-collapse:collapse;width:100%;font-size:13.5px}
th{text-align:left;color:#6b7686;font-weight:500}th,td{padding:5px 8px;border-bottom:1px solid #e4e8ee}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}svg{max-width:100%;height:auto}
.ok{color:#1d7f4e}.bad{color:#b23b5a}code{font-size:13px}details{margin:4px 0}summary{cursor:pointer}`

export function renderHtmlReport(result: DemoResult): string {
  const sections = [
    facts(result),
    earnings(result),
    shares(result),
    training(result),
    answers(result),
    money(result),
    phases(result),
  ]
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>OpenLedger demo, seed ${result.seed}</title>
<style>${STYLE}</style></head><body><h1>Who made these answers, and what they earned</h1>
<p>${escapeHtml(result.source)} · seed ${result.seed} · influence on ${escapeHtml(result.influenceBackend)} · ${result.blocks} blocks</p>
${sections.join('\n')}</body></html>\n`
}

function fact(value: string, label: string): string {
  return `<div class="fact"><b>${escapeHtml(value)}</b><span>${escapeHtml(label)}</span></div>`
}

function facts(result: DemoResult): string {
  const cards = [
    fact(
      `${percent(result.accuracyBefore)} → ${percent(result.accuracyAfter)}`,
      'right answers before and after tuning',
    ),
    ...(result.classAuc === null ? [] : [fact(result.classAuc.toFixed(3), 'class AUC of the scores')]),
    ...(result.recallAt90 === null ? [] : [fact(percent(result.recallAt90), 'recall@90')]),
    fact(`${result.jobs.length}`, 'questions paid and settled'),
    fact(formatOpen(result.money.paid), 'OPEN paid in fees'),
    fact(isConserved(result.money) ? 'exact' : 'BROKEN', 'value in = value out'),
  ]
  return `<div class="facts">${cards.join('')}</div>`
}

function earnings(result: DemoResult): string {
  const bars = result.contributors.map((c) => ({
    label: c.task === '' ? c.name : `${c.name} · ${c.task}`,
    value: Number(c.earnedWei),
    note: `${formatOpen(c.earnedWei)} · ${c.rowsAccepted}/${c.rowsOffered} rows`,
    colour: COLOUR[c.kind],
  }))
  return `<h2>Earnings by contributor</h2><p>OPEN earned from all questions · rows accepted of rows offered.
Orange copies other people's rows, red adds noise.</p>${barChart(bars, 'earnings by contributor')}`
}

function shares(result: DemoResult): string {
  const tasks = [...new Set(result.jobs.map((job) => job.task))].filter((task) => task !== '')
  if (tasks.length === 0) return ''
  const columns = result.contributors.map((c) => c.name)
  const values = tasks.map((task) => {
    const jobs = result.jobs.filter((job) => job.task === task)
    return columns.map((name) => jobs.reduce((sum, job) => sum + weightOf(job, name), 0) / jobs.length)
  })
  return `<h2>Where the contributors' part of each task's fees went</h2>
<p>Percent of pay; each row is a task asked about, each column a contributor. The diagonal is the rightful owner.</p>
${heatMap({ rows: tasks, columns, values }, 'share of pay by task')}`
}

function weightOf(job: JobResult, contributor: string): number {
  return job.paid.filter((row) => row.contributor === contributor).reduce((sum, row) => sum + row.weight, 0)
}

function training(result: DemoResult): string {
  const points = result.training.map(({ step, loss }) => ({ x: step, y: loss }))
  return `<h2>Fine-tuning</h2><p>Loss on the answer's tokens by step.</p>${lineChart(points, 'training loss')}`
}

function answers(result: DemoResult): string {
  const rows = result.jobs.map((job) => {
    const mark = job.answer === job.wanted ? '<span class="ok">✓</span>' : '<span class="bad">✗</span>'
    const sources = job.paid
      .slice(0, 3)
      .map((row) => `${percent(row.weight)} ${row.contributor} #${row.rowId}: ${row.input} → ${row.output}`)
    const list = sources.map((line) => `<div><code>${escapeHtml(line)}</code></div>`).join('')
    return `<tr><td>${mark}</td><td><details><summary>${escapeHtml(job.question)}</summary>${list}</details></td>
<td>${escapeHtml(job.answer)}</td><td class="n">${formatOpen(job.feeWei)}</td></tr>`
  })
  return `<h2>Questions and answers</h2><p>Open a question to see the three best-paid rows.</p>
<table><tr><th></th><th>question</th><th>answer</th><th class="n">fee, OPEN</th></tr>${rows.join('')}</table>`
}

function money(result: DemoResult): string {
  const m = result.money
  const lines: [string, bigint][] = [
    ['contributors', m.contributors],
    ['model owner', m.owner],
    ['provider', m.provider],
    ['stakers', m.stakers],
    ['platform', m.platform],
    ['dust to the treasury', m.dust],
  ]
  const bars = lines.map(([label, wei]) => ({ label, value: Number(wei), note: `${wei} wei`, colour: '#3b6fd4' }))
  const verdict = isConserved(m)
    ? `<span class="ok">The parts add up to the ${m.paid} wei paid.</span>`
    : `<span class="bad">The parts do not add up to the ${m.paid} wei paid.</span>`
  return `<h2>The split of all fees</h2><p>${verdict}</p>${barChart(bars, 'fee split')}`
}

function phases(result: DemoResult): string {
  const rows = result.phases.map(
    (p) => `<tr><td>${escapeHtml(p.name)}</td><td class="n">${p.seconds.toFixed(1)} s</td></tr>`,
  )
  return `<h2>Time</h2><table>${rows.join('')}</table>`
}
