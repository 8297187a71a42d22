/** What an operator may ask for: the best that works, or one back end by name. */

export const BACKEND_CHOICES = ['auto', 'gpu', 'wasm', 'js'] as const
export type BackendChoice = (typeof BACKEND_CHOICES)[number]
