/** Where this machine has a software GPU driver: the environment that a child process needs to load it. */
import { existsSync } from 'node:fs'

const CHROMIUM = '/usr/lib/chromium'

/** Variables for a child, or `undefined` when there is no driver. `VK_ICD_FILENAMES` names another one. */
export function softwareAdapterEnv(): Record<string, string> | undefined {
  const driver = process.env['VK_ICD_FILENAMES'] ?? `${CHROMIUM}/vk_swiftshader_icd.json`
  if (!existsSync(driver)) return undefined
  // Debian's Chromium brings its own Vulkan loader beside the driver.
  const loaders = [process.env['LD_LIBRARY_PATH'], CHROMIUM].filter((path) => path !== undefined)
  return { VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: loaders.join(':') }
}

/** Says loudly what is not run for want of a driver; fails where CI must have one. */
export function reportNoAdapter(what: string): void {
  console.error(
    `\nNOT RUN: ${what}: no software GPU driver here (install Debian's chromium, or set VK_ICD_FILENAMES)\n`,
  )
  if (process.env['CI'] === 'true') throw new Error(`CI must have a GPU driver for: ${what}`)
}
