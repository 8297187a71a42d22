/** Run by `lanes.test.ts` in a child: opens the WebAssembly twin, uses it and lets go of it, closed or not. */
import { openWasmBackend } from '../../../influence/wasm/wasmBackend.ts'

const backend = await openWasmBackend({ lanes: 3 })
if (process.argv[2] === 'close') backend.close()
console.log(backend.description)
