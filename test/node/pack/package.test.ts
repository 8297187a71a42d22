/** The published package, with the dependencies of this repository; `npm run package` has npm install it from the registry. */
import { test } from 'uvu'
import { checkPackage, installByLinks } from './packedCommand.ts'

test('package: laid from its tarball into an empty folder, openledger answers and a devnet runs', () =>
  checkPackage(installByLinks))

test.run()
