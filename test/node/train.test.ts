/** `openledger train`: the settings that follow from `--steps` and `--seed`. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { trainSettings } from '../../node/commands/train.ts'
import { DEFAULT_TRAIN_OPTIONS } from '../../studio/surface.ts'

test('train: any number of steps has a warm-up that fits in it', () => {
  for (const steps of [1, 2, 5, 19, 20, 399, 400, 5_000]) {
    const settings = trainSettings(3, steps)
    assert.equal([settings.seed, settings.steps], [3, steps])
    assert.ok(settings.warmupSteps >= 1 && settings.warmupSteps <= steps, `${steps} steps`)
  }
  assert.equal(trainSettings(DEFAULT_TRAIN_OPTIONS.seed), DEFAULT_TRAIN_OPTIONS)
})

test.run()
