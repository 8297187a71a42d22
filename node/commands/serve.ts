/** `openledger serve`: a provider that answers a model's jobs until Ctrl-C. */
import { readParameters } from '../../studio/chain/parameters.ts'
import { type ProviderEvent, runProvider } from '../../studio/chain/provider.ts'
import { openStudio } from '../cli/baseModel.ts'
import { openSession, parseId, type SessionOptions } from '../cli/session.ts'
import { servingVersion } from './train.ts'

export async function serve(modelText: string, options: SessionOptions): Promise<void> {
  const modelId = parseId(modelText, 'model')
  const { client, account } = await openSession(options)
  const versionId = await servingVersion(client, modelId)
  const [bondWei] = await readParameters(client, ['providerBondWei'])
  const studio = await openStudio()
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  process.once('SIGTERM', () => stop.abort())
  console.log(`serving ${versionId} as ${account.address}; Ctrl-C stops`)
  try {
    const onEvent = (event: ProviderEvent) => console.log(eventText(event))
    await runProvider(client, account, studio, {
      versionIds: [versionId],
      endpoint: '',
      bondWei,
      signal: stop.signal,
      onEvent,
    })
  } finally {
    await studio.close()
  }
}

function eventText(event: ProviderEvent): string {
  switch (event.kind) {
    case 'accepted':
      return `job ${event.jobId}: accepted`
    case 'answered':
      return `job ${event.jobId}: ${JSON.stringify(event.output)} (${event.tokens} tokens)`
    case 'declined':
      return `job ${event.jobId}: not answered: ${event.reason}`
    default:
      return event satisfies never
  }
}
