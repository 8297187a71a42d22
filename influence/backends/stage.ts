/** What an engine is doing, told as it begins: a long opening shows where it is, and a crash where it happened. */

export type EngineStage =
  | 'self-test'
  | 'reading the index'
  | 'checking codes'
  | 'flagging duplicates'
  | 'checking levels and roots'
  | 'step 3'
  | 'step 6'
  | 'step 8'
  | 'steps 3 to 9'
  | 'commitments'
  | 'attribution'
  | 'row proof'

export type OnStage = (stage: EngineStage) => void
