/** The table of fuzz subjects; a new one is one line here. */

import { blocks } from './agreement/blocks.ts'
import { logs } from './agreement/logs.ts'
import { messages } from './agreement/messages.ts'
import { citations } from './influence/citations.ts'
import { files } from './influence/files.ts'
import { scores } from './influence/scores.ts'
import { spans } from './influence/spans.ts'
import type { FuzzSubject } from './subject.ts'

export const SUBJECTS: readonly FuzzSubject[] = [scores, spans, citations, files, messages, blocks, logs]

/** Subjects of a room (`influence`), or one (`influence/scores`). */
export const subjectsOf = (wanted: string): FuzzSubject[] =>
  SUBJECTS.filter(({ name }) => name === wanted || name.startsWith(`${wanted}/`))
