/** Checks the files of a vector folder against its MANIFEST.json: each is there, with its length and SHA-256. */
import { existsSync, readFileSync } from 'node:fs'
import { readJson } from './readJson.ts'
import type { Tally } from './tally.ts'
import { sha256Of } from './vectorCases.ts'

const MANIFEST = 'MANIFEST.json'

interface Listed {
  readonly bytes: number
  readonly sha256: string
}

export function checkManifest(tally: Tally, folder: string): void {
  if (!existsSync(`${folder}/${MANIFEST}`)) {
    tally.notes.push(`no ${MANIFEST}: the hashes of the files are not checked`)
    return
  }
  try {
    const listed = readJson(`${folder}/${MANIFEST}`) as Readonly<Record<string, Listed>>
    for (const [name, { bytes, sha256 }] of Object.entries(listed)) {
      if (name.split(/[/\\]/).includes('..')) tally.broken(`${MANIFEST}, ${name}`, 'the path leaves the folder')
      else checkListed(tally, folder, name, bytes, sha256)
    }
  } catch (error) {
    tally.broken(MANIFEST, error)
  }
}

function checkListed(tally: Tally, folder: string, name: string, bytes: number, sha256: string): void {
  const place = `${MANIFEST}, ${name}`
  if (!existsSync(`${folder}/${name}`)) return tally.broken(place, 'the file is missing')
  const content = readFileSync(`${folder}/${name}`)
  tally.check(`${place}, length`, bytes, content.length)
  tally.check(`${place}, sha256`, sha256, sha256Of(content))
}
