/** A server over the fixed backend for the length of one test. */
import { createRpcServer, type RpcServerOptions } from '../../rpc/server.ts'
import { createFixedBackend, type FixedAnswers, type FixedBackend } from './fixedBackend.ts'

export async function serving(
  run: (port: number, backend: FixedBackend) => Promise<void>,
  options: Partial<RpcServerOptions> = {},
  answers: FixedAnswers = {},
): Promise<void> {
  const backend = createFixedBackend(answers)
  const server = await createRpcServer(backend, { port: 0, ...options })
  try {
    await run(server.port, backend)
  } finally {
    await server.close()
  }
}
