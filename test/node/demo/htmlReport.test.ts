/** The demo's report as a person sees it: rendered in Chromium, nothing cut off, hostile text shown as text. */
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { renderHtmlReport } from '../../../node/demo/htmlReport.ts'
import type { ContributorResult, DemoResult, JobResult } from '../../../node/demo/result.ts'
import { isConserved } from '../../../node/demo/result.ts'

const CHROMIUM = '/usr/bin/chromium'
const HOSTILE = '<script>window.pwned=1</script>&"\''

const contributor = (name: string, earnedWei: bigint): ContributorResult => ({
  name,
  kind: 'honest',
  task: 'rev',
  rowsOffered: 90,
  rowsOnChain: 80,
  rowsAccepted: 70,
  earnedWei,
  claimedWei: earnedWei,
  ownTaskShare: 0.5,
})

const job: JobResult = {
  jobId: 1n,
  task: 'rev',
  question: `rev: ${HOSTILE}`,
  wanted: 'x',
  answer: HOSTILE,
  feeWei: 10n ** 17n,
  paid: [{ contributor: 'ada', rowId: 1n, weight: 0.75, input: HOSTILE, output: HOSTILE }],
}

const result: DemoResult = {
  seed: 1,
  source: HOSTILE,
  influenceBackend: 'js (a test)',
  blocks: 12,
  phases: [{ name: 'train', seconds: 1.5 }],
  training: [1, 2, 3].map((step) => ({ step, loss: 3 / step })),
  contributors: [contributor('ada', 3n * 10n ** 17n), contributor(HOSTILE, 0n), contributor('bo', 10n ** 15n)],
  jobs: [job],
  classAuc: 0.5,
  recallAt90: 0.25,
  accuracyBefore: 0,
  accuracyAfter: 1,
  money: { paid: 100n, platform: 50n, owner: 20n, provider: 10n, stakers: 5n, contributors: 14n, dust: 1n },
}

test('htmlReport: in Chromium nothing runs, nothing is cut off, and every contributor has a bar', async () => {
  if (!existsSync(CHROMIUM)) {
    if (process.env['CI'] === 'true') throw new Error(`${CHROMIUM} is missing: bash .ci/run installs it`)
    console.log(`NOT RUN: the report was not rendered, ${CHROMIUM} is missing`)
    return
  }
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-quic'] })
  try {
    const page = await browser.newPage({ viewport: { width: 1000, height: 800 } })
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.setContent(renderHtmlReport(result))
    assert.equal(complaints, [])
    assert.is(await page.evaluate('window.pwned'), undefined)
    assert.is(await page.locator('svg[aria-label="earnings by contributor"] rect').count(), result.contributors.length)
    assert.equal(await page.locator('svg').evaluateAll(cutOff), [])
    assert.ok((await page.textContent('body'))!.includes(HOSTILE))
  } finally {
    await browser.close()
  }
})

/** Texts that reach beyond their chart. Runs in the page. */
function cutOff(charts: Element[]): string[] {
  return charts.flatMap((chart) => {
    const frame = chart.getBoundingClientRect()
    return [...chart.querySelectorAll('text')]
      .filter((text) => {
        const box = text.getBoundingClientRect()
        return box.right > frame.right + 1 || box.left < frame.left - 1 || box.top < frame.top - 1
      })
      .map((text) => text.textContent ?? '')
  })
}

test('htmlReport: a split that loses one wei is called broken', () => {
  const lost = { ...result.money, dust: 0n }
  assert.ok(isConserved(result.money))
  assert.not.ok(isConserved(lost))
  assert.match(renderHtmlReport({ ...result, money: lost }), /BROKEN/)
})

test.run()
