/** `npm run package`: packs this repository and has npm install it into an empty folder, as a user does; half a minute. */
import { checkPackage, installByNpm } from './packedCommand.ts'

await checkPackage(installByNpm)
console.log('installed from its tarball by npm: openledger answers and a devnet runs')
