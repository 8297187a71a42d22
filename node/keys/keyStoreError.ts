/** What can go wrong with a stored key, told so that the user knows what to do next. */

export type KeyStoreFault =
  | 'KeyName'
  | 'KeyExists'
  | 'KeyMissing'
  | 'KeyFileInvalid'
  | 'KeyInvalid'
  | 'PasswordWrong'
  | 'PasswordEmpty'
  | 'PasswordMismatch'
  | 'PasswordUnavailable'
  | 'PromptCancelled'
  | 'KeyFolder'

/** Messages never contain a key or a password. */
export class KeyStoreError extends Error {
  readonly code: KeyStoreFault
  constructor(code: KeyStoreFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'KeyStoreError'
    this.code = code
  }
}
