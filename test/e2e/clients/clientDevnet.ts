/** The devnet of all files of this folder in a process: what they make is their own, so none starts another node. */
import { openDevnet } from '../devnet.ts'
import { shareAmongFiles } from '../sharing.ts'

export const joinDevnet = shareAmongFiles(() => openDevnet('--automine'))
